// The panel's fieldConfig applied to its frames: units, thresholds, mappings, overrides, links.
import { applyFieldOverrides, cacheFieldDisplayNames, FieldConfigOptionsRegistry } from "@grafana/data";

const OWN = ["unit", "min", "max", "decimals", "displayName", "noValue", "color", "thresholds", "mappings", "links", "filterable"];
// What a panel's plugin would give where the JSON says nothing.
const USUAL = {
  timeseries: {
    drawStyle: "line", lineInterpolation: "linear", lineWidth: 1, fillOpacity: 0, gradientMode: "none", pointSize: 5,
    showPoints: "auto", spanNulls: false, axisPlacement: "auto", axisLabel: "", axisGridShow: true, axisColorMode: "text",
    barAlignment: 0, barWidthFactor: 0.6, scaleDistribution: { type: "linear" }, thresholdsStyle: { mode: "off" },
    stacking: { mode: "none", group: "A" }, hideFrom: { legend: false, tooltip: false, viz: false },
  },
  barchart: { lineWidth: 1, fillOpacity: 80, gradientMode: "none", hideFrom: { legend: false, tooltip: false, viz: false } },
  table: { align: "auto", cellOptions: { type: "auto" }, inspect: false },
};

function registry_of(panel) {
  const usual = USUAL[panel.type] ?? {};
  const custom = new Set([...Object.keys(usual), ...Object.keys(panel.fieldConfig.defaults.custom ?? {}),
    ...panel.fieldConfig.overrides.flatMap((one) => one.properties)
      .filter((one) => one.id.startsWith("custom.")).map((one) => one.id.slice(7))]);
  const item = (id, path, isCustom, usually) => ({
    id, path, isCustom, name: id, shouldApply: () => true, settings: {},
    process: (value, context) => {
      const given = value ?? usually;
      return (id === "displayName" || id === "noValue") && typeof given === "string" ? context.replaceVariables(given) : given;
    },
  });
  return new FieldConfigOptionsRegistry(() => [
    ...OWN.map((id) => item(id, id, false)),
    ...[...custom].map((path) => item(`custom.${path}`, path, true, usual[path])),
  ]);
}

export function with_fields(panel, frames, interpolate, theme, timeZone) {
  const source = structuredClone(panel.fieldConfig);
  if (source.defaults.custom?.cellOptions?.wrapText) source.defaults.custom.wrapText = true;
  for (const one of source.overrides)  // as Grafana 13 reads what older dashboards say
    for (const property of one.properties)
      if (property.id === "custom.hidden") Object.assign(property, { id: "custom.hideFrom", value: { viz: property.value } });
  for (const thresholds of [source.defaults.thresholds, ...source.overrides.flatMap((one) => one.properties)
    .filter((one) => one.id === "thresholds").map((one) => one.value)])
    if (thresholds?.steps[0]?.value === null) thresholds.steps[0].value = -Infinity;
  const shown = applyFieldOverrides({
    data: frames, fieldConfig: source, fieldConfigRegistry: registry_of({ ...panel, fieldConfig: source }),
    replaceVariables: interpolate, theme, timeZone,
  });
  cacheFieldDisplayNames(shown);
  return shown;
}

// Every address that something drawn leads to: [title, url].
export function links_of(frames, limit = 40) {
  const found = [];
  for (const frame of frames)
    for (const field of frame.fields)
      for (let row = 0; field.config.links?.length && row < Math.min(frame.length, limit); ++row)
        for (const link of field.getLinks({ valueRowIndex: row })) found.push([link.title, link.href]);
  return found;
}
