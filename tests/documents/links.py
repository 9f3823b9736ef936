#!/usr/bin/python3
"""Follows the links of the documents within this repository: each file is there, each place in it too, and the index names
every page.

    links.py ROOT

Then it breaks a link, a place and the index in what it has read, and demands that each is found.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
INDEX = 'docs/README.md'


def read():
    named = sorted(ROOT.glob('*.md')) + sorted(ROOT.glob('docs/**/*.md')) + sorted(ROOT.glob('dashboards/*.md'))
    return {str(file.relative_to(ROOT)): file.read_text(encoding='utf-8') for file in named}


def places(text):
    """What a heading is reached by."""
    found = set()
    for heading in re.findall(r'^#+ (.*)$', re.sub(r'^```.*?^```$', '', text, flags=re.S | re.M), re.M):
        bare = re.sub(r'\[([^\]]*)\]\([^)]*\)', r'\1', heading).lower()
        found.add(re.sub(r'[^\w\- ]', '', bare).replace(' ', '-'))
    return found


def links(text):
    prose = re.sub(r'^```.*?^```$', '', text, flags=re.S | re.M)
    return re.findall(r'(?<!`)\]\(([^)\s]+)\)', prose)


def faults_of(documents):
    faults = []
    for name, text in documents.items():
        for link in links(text):
            if re.match(r'[a-z]+:', link):
                continue
            path, _, place = link.partition('#')
            target = (ROOT / name).parent / path if path else ROOT / name
            if not target.exists():
                faults.append(f'{name}: {link} leads nowhere')
                continue
            inside = target.resolve().relative_to(ROOT.resolve())
            if place and str(inside) in documents and place not in places(documents[str(inside)]):
                faults.append(f'{name}: {link} leads to no heading')
    led_to = {link.partition('#')[0] for link in links(documents[INDEX])}
    faults += [f'{INDEX} does not lead to {name}' for name in documents
               if name.startswith('docs/') and name != INDEX and name.removeprefix('docs/') not in led_to]
    return faults


def main():
    documents = read()
    faults = faults_of(documents)
    count = sum(len(links(text)) for text in documents.values())
    planted = 0
    if not faults:
        for name, old, new in (('README.md', '(docs/README.md)', '(docs/READ.md)'),
                               ('docs/backup.md', '#the-database-is-restored', '#the-database-was-restored'),
                               (INDEX, '(scaling.md)', '(install.md)')):
            planted += 1
            if old not in documents[name] or not faults_of({**documents, name: documents[name].replace(old, new)}):
                faults.append(f'not noticed: {new} in {name}')
    for one in faults:
        print(one)
    print(f'{count} links in {len(documents)} documents, {len(faults)} faults, {planted} plants')
    return 1 if faults or count < 100 else 0


if __name__ == '__main__':
    sys.exit(main())
