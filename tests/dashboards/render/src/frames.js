// A panel's queries, asked of the bridge and made into data frames.
import { createDataFrame, FieldType, standardTransformers, standardTransformersRegistry, transformDataFrame } from "@grafana/data";
import { lastValueFrom } from "rxjs";

const known = new Map(Object.values(standardTransformers).map((one) => [one.id, one]));  // some have two names
standardTransformersRegistry.setInit(() => [...known.values()].map((one) => (
  { id: one.id, name: one.name, transformation: () => Promise.resolve(one), editor: () => null, imageDark: "", imageLight: "" })));

const KINDS = new Map([[16, FieldType.boolean], [20, FieldType.number], [21, FieldType.number], [23, FieldType.number],
  [700, FieldType.number], [701, FieldType.number], [1700, FieldType.number], [1082, FieldType.time],
  [1114, FieldType.time], [1184, FieldType.time]]);
const read = {
  [FieldType.number]: Number,
  [FieldType.boolean]: (value) => value === true || value === "t",
  [FieldType.time]: (value) => new Date(value).getTime(),
  [FieldType.string]: String,
};

async function of_postgres(target, interpolate) {
  const answer = await fetch("/sql", { method: "POST", body: JSON.stringify({ query: interpolate(target.rawSql) }) });
  const found = await answer.json();
  if (found.error) throw new Error(found.error);
  return [createDataFrame({
    refId: target.refId,
    fields: found.columns.map((column, i) => {
      const type = KINDS.get(column.type) ?? FieldType.string;
      return { name: column.name, type, config: {}, values: found.rows.map((row) => (row[i] === null ? null : read[type](row[i]))) };
    }),
  })];
}

const number = (text) => (text === "NaN" ? NaN : Number(text));
const named = (target, labels) => (target.legendFormat && target.legendFormat !== "__auto"
  ? target.legendFormat.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => labels[label] ?? "")
  : Object.keys(labels).length === 0 ? target.expr : `{${Object.entries(labels).map(([k, v]) => `${k}="${v}"`).join(", ")}}`);

async function of_prometheus(target, interpolate, range, several_tables) {
  const step = Math.max(1, Math.ceil((range.to - range.from) / 1000 / 400));
  const at = target.range ? { start: range.from / 1000, end: range.to / 1000, step } : { time: range.to / 1000 };
  const query = interpolate(target.expr, {}, "regex");
  const answer = await fetch(`/prometheus/api/v1/query${target.range ? "_range" : ""}`, { method: "POST", body: new URLSearchParams({ query, ...at }) });
  const found = await answer.json();
  if (found.status !== "success") throw new Error(`${found.error}: ${query}`);
  const series = found.data.resultType === "scalar" ? [{ metric: {}, value: found.data.result }] : found.data.result;
  if (target.format === "table") {
    const labels = [...new Set(series.flatMap((one) => Object.keys(one.metric)))].sort();
    const value = several_tables ? `Value #${target.refId}` : "Value";
    return [createDataFrame({ refId: target.refId, fields: [
      { name: "Time", type: FieldType.time, config: {}, values: series.map((one) => one.value[0] * 1000) },
      ...labels.map((label) => ({ name: label, type: FieldType.string, config: {}, values: series.map((one) => one.metric[label] ?? "") })),
      { name: value, type: FieldType.number, config: {}, values: series.map((one) => number(one.value[1])) }] })];
  }
  return series.map((one) => {
    const points = one.values ?? [one.value];
    return createDataFrame({ refId: target.refId, name: named(target, one.metric), fields: [
      { name: "Time", type: FieldType.time, config: { interval: step * 1000 }, values: points.map(([when]) => when * 1000) },
      { name: "Value", type: FieldType.number, labels: one.metric, config: { displayNameFromDS: named(target, one.metric) },
        values: points.map(([, value]) => number(value)) }] });
  });
}

// Of "Config from query results" what the dashboards use: the value of another query as a threshold.
function configured(frames, { configRefId, mappings }) {
  const from = frames.find((one) => one.refId === configRefId);
  return frames.filter((one) => one !== from).map((frame) => ({ ...frame, fields: frame.fields.map((field) => {
    const steps = mappings.filter((one) => one.handlerKey === "threshold1").map((one) => from?.fields.find((f) => f.name === one.fieldName)?.values.at(-1))
      .filter((value) => value !== null && value !== undefined).map((value) => ({ value, color: "red" }));
    return steps.length === 0 || field.type !== FieldType.number ? field
      : { ...field, config: { ...field.config, thresholds: { mode: "absolute", steps: [{ value: -Infinity, color: "transparent" }, ...steps] } } };
  }) }));
}

export async function read_frames(panel, interpolate, range) {
  const tables = panel.targets.filter((one) => one.format === "table" && one.expr).length > 1;
  const parts = await Promise.all(panel.targets.map((target) => (target.rawSql
    ? of_postgres(target, interpolate) : of_prometheus(target, interpolate, range, tables))));
  let frames = parts.flat();
  for (const one of panel.transformations ?? []) if (one.id === "configFromData") frames = configured(frames, one.options);
  if (!panel.transformations?.length) return frames;
  return lastValueFrom(transformDataFrame(panel.transformations, frames, { interpolate: (text) => interpolate(text) }));
}

// Whether there is anything to see.
export const holds_something = (frames) => frames.some((frame) => frame.fields.some((field) =>
  field.type !== FieldType.time && field.values.some((value) => value !== null && value !== undefined && !Number.isNaN(value))));
