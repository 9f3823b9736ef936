// One drawing for each kind of panel that the dashboards use.
import { FieldType, getDisplayValueAlignmentFactors, getFieldDisplayName, getFieldDisplayValues, VizOrientation } from "@grafana/data";
import { BarGauge, BigValue, TimeSeries, VizLegend, VizRepeater } from "@grafana/ui";
import { TableNG } from "@grafana/ui/unstable";

const shown = (panel, frames, { theme, timeZone, interpolate }) => getFieldDisplayValues({
  data: frames, reduceOptions: panel.options.reduceOptions, fieldConfig: panel.fieldConfig,
  replaceVariables: interpolate, theme, timeZone });

function Stat({ panel, frames, width, height, context }) {
  const values = shown(panel, frames, context);
  const draw = ({ value, width: w, height: h, alignmentFactors, count }) => (
    <BigValue value={value.display} width={w} height={h} theme={context.theme} colorMode={panel.options.colorMode}
      graphMode={panel.options.graphMode} justifyMode={panel.options.justifyMode} textMode={panel.options.textMode}
      text={panel.options.text} alignmentFactors={alignmentFactors} count={count} disableWideLayout={!(panel.options.wideLayout ?? true)} />);
  return (
    <VizRepeater getValues={() => values} getAlignmentFactors={getDisplayValueAlignmentFactors} renderValue={draw}
      width={width} height={height} source={frames} itemSpacing={3} renderCounter={0} autoGrid
      orientation={panel.options.orientation === "auto" ? VizOrientation.Auto : panel.options.orientation} />);
}

function Gauge({ panel, frames, width, height, context }) {
  const values = shown(panel, frames, context);
  const o = panel.options;
  const draw = ({ value, width: w, height: h, alignmentFactors }) => (
    <BarGauge value={value.display} field={value.field} display={value.view?.getFieldDisplayProcessor(value.colIndex)}
      width={w} height={h} theme={context.theme} orientation={o.orientation} displayMode={o.displayMode}
      valueDisplayMode={o.valueMode} namePlacement={o.namePlacement} showUnfilled={o.showUnfilled} itemSpacing={8} lcdCellWidth={8}
      text={o.text} alignmentFactors={alignmentFactors} isOverflow={false} />);
  return (
    <VizRepeater getValues={() => values} getAlignmentFactors={getDisplayValueAlignmentFactors} renderValue={draw}
      width={width} height={height} source={frames} itemSpacing={10} renderCounter={0} orientation={o.orientation}
      minVizWidth={o.minVizWidth} minVizHeight={o.minVizHeight} maxVizHeight={o.maxVizHeight} />);
}

function Table({ panel, frames, width, height, context }) {
  if (!frames[0]) return null;
  return (
    <TableNG data={frames[0]} width={width} height={height} theme={context.theme} noHeader={!panel.options.showHeader}
      cellHeight={panel.options.cellHeight} sortBy={panel.options.sortBy} fieldConfig={panel.fieldConfig}
      timeRange={context.time_range} enableVirtualization={false} noValue={panel.fieldConfig.defaults.noValue} />);
}

function Lines({ panel, frames, width, height, context }) {
  if (!frames.some((one) => one.length > 0)) return null;
  return (
    <TimeSeries frames={frames} width={width} height={height} timeRange={context.time_range} timeZone={context.timeZone}
      legend={panel.options.legend} options={panel.options} structureRev={1} />);
}

// Bars over names: no component of that kind is published, so this one is drawn here.
function Bars({ panel, frames, width, height, context }) {
  const frame = frames[0];
  const x = frame?.fields.find((one) => getFieldDisplayName(one, frame) === panel.options.xField) ?? frame?.fields.find((one) => one.type === FieldType.string);
  const series = frame?.fields.filter((one) => one !== x && one.type === FieldType.number && !one.config.custom?.hideFrom?.viz) ?? [];
  if (!x || series.length === 0) return null;
  const stacked = panel.options.stacking === "normal";
  const legend = panel.options.legend.showLegend ? 32 : 0;
  const box = { left: 56, top: 20, right: 8, bottom: 26 };
  const [w, h] = [width - box.left - box.right, height - legend - box.top - box.bottom];
  const sums = x.values.map((_, i) => (stacked ? series.reduce((sum, one) => sum + (one.values[i] ?? 0), 0) : Math.max(...series.map((one) => one.values[i] ?? 0))));
  const lines = (series[0].config.thresholds?.steps ?? []).filter((one) => Number.isFinite(one.value) && series[0].config.custom?.thresholdsStyle?.mode === "line");
  const top = series[0].config.max ?? (Math.max(...sums, ...lines.map((one) => one.value), series[0].config.custom?.axisSoftMax ?? 0) * 1.08 || 1);
  const bottom = series[0].config.min ?? 0;
  const y = (value) => box.top + h * (1 - (value - bottom) / (top - bottom));
  const words = (field, value) => { const text = field.display(value); return `${text.prefix ?? ""}${text.text}${text.suffix ?? ""}`; };
  const whole = top - bottom >= 4 && (series[0].config.decimals ?? 0) === 0 && series[0].config.unit !== "percentunit";
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => bottom + part * (top - bottom)).map((value) => (whole ? Math.round(value) : value));
  const group = w / x.values.length, room = group * (panel.options.groupWidth ?? 0.7), bar = (stacked ? room : room / series.length) * (panel.options.barWidth ?? 0.97);
  // By thresholds a series has the colour of its last value; with the gradient "scheme" each bar its own.
  const last = (field) => field.values.findLast((value) => value !== null) ?? 0;
  const each = (field) => field.config.color?.mode !== "thresholds" || field.config.custom?.gradientMode === "scheme";
  const colour = (field, value) => field.display(each(field) ? value : last(field)).color;
  const skip = Math.ceil((panel.options.xTickLabelSpacing || 90) / group);
  const grid = context.theme.colors.border.weak, ink = context.theme.colors.text.primary;
  return (
    <div>
      <svg width={width} height={height - legend} fontSize="12" fontFamily={context.theme.typography.fontFamily} fill={ink}>
        {ticks.map((value) => (
          <g key={value}><line x1={box.left} x2={width - box.right} y1={y(value)} y2={y(value)} stroke={grid} />
            <text x={box.left - 6} y={y(value) + 4} textAnchor="end">{words(series[0], value)}</text></g>))}
        {x.values.map((name, i) => {
          let base = bottom;
          return (
            <g key={i}>
              {series.map((one, s) => {
                const value = one.values[i];
                if (value === null || value === undefined) return null;
                const from = stacked ? base : bottom;
                const at = stacked ? from + value : value;
                if (stacked) base = at;
                const left = box.left + group * i + (group - room) / 2 + (stacked ? 0 : s * room / series.length);
                const label = panel.options.showValue !== "never" && value !== 0 && (bar > 18 || panel.options.showValue === "always")
                  && (!stacked || y(from) - y(at) > 15);
                return (
                  <g key={s}><rect x={left} width={Math.max(bar, 1)} y={y(at)} height={Math.max(0, y(from) - y(at))} fill={colour(one, value)} fillOpacity={(one.config.custom?.fillOpacity ?? 80) / 100} />
                    {label && <text x={left + bar / 2} y={stacked ? (y(at) + y(from)) / 2 + 4 : y(at) - 4} textAnchor="middle">{words(one, value)}</text>}</g>);
              })}
              {i % skip === 0 && <text x={box.left + group * (i + 0.5)} y={height - legend - 8} textAnchor="middle">{x.display(name).text}</text>}
            </g>);
        })}
        {lines.map((one) => <line key={one.value} x1={box.left} x2={width - box.right} y1={y(one.value)} y2={y(one.value)} stroke={context.theme.visualization.getColorByName(one.color)} strokeWidth="2" />)}
      </svg>
      {legend > 0 && <VizLegend placement="bottom" displayMode={panel.options.legend.displayMode}
        items={series.map((one) => ({ label: getFieldDisplayName(one, frame), color: colour(one, one.values.find((value) => value !== null) ?? 0), yAxis: 1 }))} />}
    </div>);
}

function Words({ panel, height, context }) {
  return <div style={{ height, overflow: "hidden", whiteSpace: "pre-wrap" }}>{context.interpolate(panel.options.content)}</div>;
}

export const DRAWINGS = { stat: Stat, bargauge: Gauge, table: Table, timeseries: Lines, barchart: Bars, text: Words };
