#!/usr/bin/env bash
# What `run` and `test` say while packages install and while the build runs: how far it is, in a few lines, and
# every word of a compiler.
#   tests/machine_test.sh SOURCE_DIR
set -euo pipefail
root=$(cd "${1:?usage: machine_test.sh SOURCE_DIR}" && pwd -P)
# shellcheck source=dev/machine.sh
. "$root/dev/machine.sh"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# expect WHAT EXPECTED SAID
expect() {
  if [[ $2 != "$3" ]]; then
    printf '%s\nexpected:\n%s\nsaid:\n%s\n' "$1" "$2" "$3" >&2
    exit 1
  fi
}

# As apt-get of Debian 12 says it, shortened.
said=$(apt_progress "$scratch/rest" <<'APT'
Reading package lists...
dlstatus:1:0.0000:Retrieving file 1 of 2
dlstatus:1:3.3410:Retrieving file 1 of 2
Get:1 bookworm/main amd64 tree amd64 2.1.0-1 [52.5 kB]
dlstatus:2:43.9902:Retrieving file 2 of 2
dlstatus:2:100.0000:Retrieving file 2 of 2
pmstatus:dpkg-exec:0.0000:Running dpkg
pmstatus:tree:44.4444:Preparing tree (amd64)
pmstatus:tree:47.5556:Unpacking tree (amd64)
pmstatus:tree:88.8889:Installed tree (amd64)
E: Sub-process returned an error code (1)
APT
)
expect "each tenth of an installation, once" "  downloading packages, 0 %
  downloading packages, 40 %
  downloading packages, 100 %
  unpacking and setting up, 0 %
  unpacking and setting up, 40 %
  unpacking and setting up, 80 %" "$said"
expect "what else apt says is kept for a failure" "Reading package lists...
Get:1 bookworm/main amd64 tree amd64 2.1.0-1 [52.5 kB]
E: Sub-process returned an error code (1)" "$(<"$scratch/rest")"

said=$({
  for i in {1..40}; do
    echo "[$i/40] Building CXX object rules/part$i.cpp.o"
    if ((i == 7)); then echo "rules/part7.cpp:3:1: warning: unused"; fi
  done
} | build_progress)
expect "each twentieth of a build, once" 21 "$(grep -c '^  built ' <<<"$said")"
expect "the last line" "  built 40 of 40" "$(tail -n 1 <<<"$said")"
expect "a compiler's words stay" "rules/part7.cpp:3:1: warning: unused" "$(grep -v '^  built ' <<<"$said")"
