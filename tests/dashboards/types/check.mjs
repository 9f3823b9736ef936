// The dashboards against the types that Grafana publishes (@grafana/schema): the dashboard, its
// panels and variables, and of each kind of panel its options and its fields. Targets have no type
// there. No Grafana server renders anything here.
//
//   node check.mjs DASHBOARDS_DIR [--plant]      --plant: breaks each dashboard in turn, and expects an error
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const here = path.dirname(fileURLToPath(import.meta.url));
const [folder, plant] = process.argv.slice(2);
const kinds = { stat: 'Stat', table: 'Table', timeseries: 'TimeSeries', barchart: 'BarChart', bargauge: 'BarGauge' };
const withFields = new Set(['table', 'timeseries', 'barchart']);

const head = [
  "import type { Dashboard, Panel, RowPanel, VariableModel } from '@grafana/schema/dist/esm/raw/dashboard/x/dashboard_types.gen.d.ts';",
  ...Object.entries(kinds).map(([kind, name]) =>
    `import type * as ${kind} from '@grafana/schema/dist/esm/raw/composable/${kind}/panelcfg/x/${name}PanelCfg_types.gen.d.ts';`),
  // JSON holds the values of enums, not their names; and what is left out has its default.
  'type Plain<T> = T extends string ? `${T}` : T extends number | boolean | null | undefined ? T',
  '  : T extends Array<infer U> ? Array<Plain<U>> : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;',
  'type Some<T> = T extends Array<infer U> ? Array<Some<U>> : T extends object ? { [K in keyof T]?: Some<T[K]> } : T;',
];

// Every literal is checked where it stands: what a type does not know is an error.
function source(board) {
  const lines = [...head];
  const check = (name, type, value) => lines.push(`export const ${name}: ${type} = ${JSON.stringify(value)};`);
  const { panels, templating, ...rest } = board;
  check('board', "Plain<Omit<Dashboard, 'panels' | 'templating'>>", rest);
  templating.list.forEach((variable, i) => check(`variable${i}`, 'Plain<VariableModel>', variable));
  for (const panel of panels.flatMap((one) => [one, ...(one.panels ?? [])])) {
    if (panel.type === 'row') {
      check(`row${panel.id}`, 'Plain<RowPanel>', panel);
      continue;
    }
    check(`panel${panel.id}`, "Plain<Omit<Panel, 'type'>> & { type: " + Object.keys(kinds).map((k) => `'${k}'`).join(' | ') + ' }', panel);
    check(`options${panel.id}`, `Some<Plain<${panel.type}.Options>>`, panel.options);
    if (withFields.has(panel.type))
      check(`custom${panel.id}`, `Some<Plain<${panel.type}.FieldConfig>>`, panel.fieldConfig.defaults.custom ?? {});
  }
  return lines.join('\n');
}

const settings = {
  noEmit: true, strict: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, allowImportingTsExtensions: true,
};

function faults(boards) {
  const texts = new Map(boards.map((board) => [path.join(here, `${board.uid}.check.ts`), source(board)]));
  const host = ts.createCompilerHost(settings);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...more) => (texts.has(name)
    ? ts.createSourceFile(name, texts.get(name), ts.ScriptTarget.ES2022) : getSourceFile.call(host, name, ...more));
  host.fileExists = (name) => texts.has(name) || fileExists.call(host, name);
  host.readFile = (name) => texts.get(name) ?? readFile.call(host, name);
  const program = ts.createProgram([...texts.keys()], settings, host);
  return ts.getPreEmitDiagnostics(program).map((one) => {
    const line = one.file?.text.slice(0, one.start).split('\n').pop() ?? '';
    const where = /export const (\w+)/.exec(line)?.[1] ?? '';
    const board = path.basename(one.file?.fileName ?? '').replace('.check.ts', '');
    return `${board}: ${where}: ${ts.flattenDiagnosticMessageText(one.messageText, ' ').slice(0, 300)}`;
  });
}

const boards = fs.readdirSync(folder).filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')));

const plants = [
  ['schemaVersion as a text', (board) => { board.schemaVersion = '39'; }],
  ['an unknown key', (board) => { board.panels[1].titel = 'x'; }],
  ['a unit that is a number', (board) => { board.panels[1].fieldConfig.defaults.unit = 5; }],
  ['an option that no stat has', (board) => { board.panels[1].options.colorMode = 'rainbow'; }],
  ['a variable that is hidden somehow', (board) => { board.templating.list[0].hide = 'yes'; }],
  ['a threshold mode', (board) => { board.panels[1].fieldConfig.defaults.thresholds.mode = 'relative'; }],
];

let bad = 0;
if (plant) {
  plants.forEach(([what, change], i) => {
    const board = structuredClone(boards[i % boards.length]);
    change(board);
    if (faults([board]).length === 0) {
      console.log(`FAULT not found: ${what}`);
      ++bad;
    }
  });
  console.log(`types: ${plants.length} planted, ${bad} not found`);
} else {
  const found = faults(boards);
  found.forEach((fault) => console.log(`FAULT ${fault}`));
  bad = found.length;
  console.log(`types: ${boards.length} dashboards, ${bad} faults (checked as types; no Grafana server rendered them)`);
}
process.exit(bad || boards.length === 0 ? 1 : 0);
