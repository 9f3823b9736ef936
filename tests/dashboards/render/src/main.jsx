// A dashboard by its JSON, on Grafana's grid: `?board=UID&from=MS&to=MS&theme=dark&open=1&var-NAME=VALUE`.
// What was drawn is left in window.drawn for who looks: {ready, panels: {id: {title, error, empty, links}}}.
import { createTheme, dateTime, locationUtil, setTimeZoneResolver, systemDateFormats, ThemeContext } from "@grafana/data";
import { GlobalStyles, PanelChrome, PanelContextProvider } from "@grafana/ui";
import { EventBusSrv } from "@grafana/data";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { links_of, with_fields } from "./fields.js";
import { holds_something, read_frames } from "./frames.js";
import { DRAWINGS } from "./panels.jsx";
import { interpolator, read_variables } from "./variables.js";

window.__grafana_public_path__ = "/public/";
const asked = new URLSearchParams(location.search);
const range = { from: Number(asked.get("from")), to: Number(asked.get("to")) };
const theme = createTheme({ colors: { mode: asked.get("theme") ?? "dark" } });
const chosen = Object.fromEntries([...asked].filter(([name]) => name.startsWith("var-")).map(([name, value]) => [name.slice(4), value]));
const bus = new EventBusSrv();
locationUtil.initialize({ config: { appSubUrl: "" }, getVariablesUrlParams: () => ({}), getTimeRangeForUrl: () => ({}) });

const CELL = 30, GAP = 8, EDGE = 16;
const place = (at, width) => {
  const column = (width - 2 * EDGE + GAP) / 24;
  return { left: EDGE + at.x * column, top: at.y * (CELL + GAP), width: at.w * column - GAP, height: at.h * (CELL + GAP) - GAP };
};

function Panel({ panel, at, context }) {
  const [state, set_state] = useState(null);
  useEffect(() => {
    const note = { title: context.interpolate(panel.title), links: [], empty: true, error: null };
    window.drawn.panels[panel.id] = note;
    const read = panel.targets ? read_frames(panel, context.interpolate, range) : Promise.resolve([]);
    read.then((raw) => {
      const frames = with_fields(panel, raw, context.interpolate, theme, context.timeZone);
      Object.assign(note, { empty: Boolean(panel.targets) && !holds_something(frames), links: links_of(frames) });
      set_state({ frames });
    }).catch((why) => { note.error = String(why); set_state({ error: String(why) }); })
      .finally(() => { if (--window.drawn.left === 0) window.drawn.ready = true; });
  }, []);
  const Drawing = DRAWINGS[panel.type];
  return (
    <section data-panel={panel.id} data-kind={panel.type} style={{ position: "absolute", ...at }}>
      <PanelChrome title={context.interpolate(panel.title)} description={panel.description} width={at.width} height={at.height}
        statusMessage={state?.error} titleItems={null}>
        {(width, height) => (state?.frames
          ? <PanelContextProvider value={{ eventsScope: "global", eventBus: bus }}><Drawing panel={panel} frames={state.frames} width={width} height={height} context={context} /></PanelContextProvider>
          : <span>{state?.error ?? ""}</span>)}
      </PanelChrome>
    </section>);
}

const flattened = (board, open) => {
  // A row that is folded up holds its panels; opened, they push down what follows.
  const out = [];
  let pushed = 0;
  for (const one of board.panels) {
    out.push({ ...one, gridPos: { ...one.gridPos, y: one.gridPos.y + pushed } });
    if (one.type !== "row" || !one.collapsed || !open) continue;
    const above = one.gridPos.y + 1;
    for (const inner of one.panels) out.push({ ...inner, gridPos: { ...inner.gridPos, y: inner.gridPos.y + pushed - (Math.min(...one.panels.map((p) => p.gridPos.y)) - above) } });
    pushed += Math.max(...one.panels.map((p) => p.gridPos.y + p.gridPos.h)) - Math.min(...one.panels.map((p) => p.gridPos.y));
  }
  return out;
};

function Board({ board, variables }) {
  const width = document.documentElement.clientWidth;
  const context = { theme, timeZone: board.timezone, interpolate: interpolator(variables.values, range, variables.texts),
    time_range: { from: dateTime(range.from), to: dateTime(range.to), raw: { from: board.time.from, to: "now" } } };
  const panels = flattened(board, asked.has("open"));
  const height = Math.max(...panels.map((one) => one.gridPos.y + one.gridPos.h)) * (CELL + GAP);
  const chip = { border: `1px solid ${theme.colors.border.medium}`, borderRadius: 2, padding: "4px 8px", fontSize: 13 };
  return (
    <div style={{ background: theme.colors.background.canvas, color: theme.colors.text.primary, minHeight: "100vh" }}>
      <header style={{ padding: "8px 16px", borderBottom: `1px solid ${theme.colors.border.weak}` }}>Tenggat › {board.title}</header>
      <nav style={{ padding: "8px 16px", display: "flex", gap: 8, flexWrap: "wrap" }}>
        {board.templating.list.filter((one) => one.hide !== 2).map((one) => (
          <span key={one.name} style={chip}>{one.label} <b>{variables.texts[one.name]}</b> ▾</span>))}
      </nav>
      <main style={{ position: "relative", height }}>
        {panels.map((one) => {
          const at = place(one.gridPos, width);
          if (one.type === "row")
            return <h2 key={`row${one.id}`} data-row={one.title} style={{ position: "absolute", ...at, margin: 0, fontSize: 16, fontWeight: 500 }}>{one.collapsed && !asked.has("open") ? "›" : "⌄"} {context.interpolate(one.title)}</h2>;
          return <Panel key={one.id} panel={one} at={at} context={context} />;
        })}
      </main>
    </div>);
}

async function draw() {
  const board = await (await fetch(`/boards/${asked.get("board")}.json`)).json();
  const settings = await (await fetch("/settings.json")).json();
  systemDateFormats.update(settings.dates);
  setTimeZoneResolver(() => board.timezone);
  const variables = await read_variables(board, range, chosen);
  const panels = flattened(board, asked.has("open")).filter((one) => one.type !== "row");
  window.drawn = { ready: false, left: panels.length, panels: {}, variables: variables.values };
  createRoot(document.getElementById("board")).render(
    <ThemeContext.Provider value={theme}><GlobalStyles hackNoBackdropBlur={false} isExtensionSidebarOpen={false} /><Board board={board} variables={variables} /></ThemeContext.Provider>);
}
draw().catch((why) => { window.drawn = { ready: true, panels: {}, error: String(why) }; });
