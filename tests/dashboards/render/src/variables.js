// What the dashboard's variables hold, and how they are put into queries, titles and links.
import { getFieldDisplayValuesProxy } from "@grafana/data";

const TOKEN = /\$\{([^}:]+)(?::([^}]+))?\}|\$([A-Za-z_]\w*)/g;

const list = (value) => (Array.isArray(value) ? value : [value]);
const formats = {
  singlequote: (value) => list(value).map((one) => `'${one}'`).join(","),
  queryparam: (value, name) => list(value).map((one) => `var-${name}=${encodeURIComponent(one)}`).join("&"),
  uriencode: (value) => encodeURIComponent(list(value).length === 1 ? list(value)[0] : `{${list(value).join(",")}}`),
  regex: (value) => {
    const texts = list(value).map((one) => String(one).replace(/[.*+?^${}()|[\]\\]/g, "\\\\$&"));  // within quotes of PromQL
    return texts.length === 1 ? texts[0] : `(${texts.join("|")})`;
  },
  raw: (value) => list(value).join(","),
};

// ${__data.fields.NAME}: as it is displayed in that row, which is what a link gets.
function of_data(path, scoped) {
  const { frame, rowIndex } = scoped?.__dataContext?.value ?? {};
  const named = /^fields(?:\.([^.[]+)|\[["']?(.+?)["']?\])(?:\.(\w+))?$/.exec(path);
  if (!frame || rowIndex === undefined || !named) return undefined;
  const shown = getFieldDisplayValuesProxy({ frame, rowIndex })[named[1] ?? named[2]];
  return shown && (named[3] ? String(shown[named[3]]) : shown.toString());
}

// values: {name: value or list}; texts: what is shown for them; range: {from, to} in milliseconds.
export function interpolator(values, range, texts = {}) {
  const built_in = {
    __rate_interval: "15s",
    __range: `${Math.round((range.to - range.from) / 1000)}s`,
    __from: String(range.from),
    __to: String(range.to),
    __url_time_range: `from=${range.from}&to=${range.to}`,
    __all_variables: Object.entries(values).map(([name, value]) => formats.queryparam(value, name)).join("&"),
  };
  const interpolate = (text, scoped, format) => text?.replace(TOKEN, (whole, braced, own_format, bare) => {
    const name = braced ?? bare;
    if (name in built_in) return built_in[name];
    const [head, ...rest] = name.split(/\.(?=fields|raw|numeric|text)|(?=\[)/);
    if (head === "__data") return of_data(rest.join(""), scoped) ?? whole;
    if (!(name in values)) return whole;
    if (own_format === "text") return texts[name] ?? String(values[name]);
    const kind = own_format ?? (typeof format === "string" ? format : "raw");
    // An address is put into a link as it is: it is the link's beginning.
    if (kind === "uriencode" && /^https?:/.test(values[name])) return values[name];
    return (formats[kind] ?? formats.raw)(values[name], name);
  });
  return interpolate;
}

async function asked(kind, query, interpolate, range) {
  if (kind === "prometheus") {
    const labels = /^label_values\((?:(.+), )?(\w+)\)$/.exec(query);
    const at = { start: range.from / 1000, end: range.to / 1000 };
    if (labels) {
      const match = labels[1] ? { "match[]": interpolate(labels[1], {}, "regex") } : {};
      const answer = await fetch(`/prometheus/api/v1/label/${labels[2]}/values?${new URLSearchParams({ ...at, ...match })}`);
      return (await answer.json()).data.map((value) => ({ text: value, value }));
    }
    const whole = /^query_result\((.+)\)$/.exec(query);
    const answer = await fetch(`/prometheus/api/v1/query?${new URLSearchParams({ query: interpolate(whole[1], {}, "regex"), time: range.to / 1000 })}`);
    return (await answer.json()).data.result.map((one) => {
      const name = Object.entries(one.metric).map(([label, value]) => `${label}="${value}"`).join(",");
      const text = `{${name}} ${one.value[1]} ${Math.round(one.value[0] * 1000)}`;
      return { text, value: text };
    });
  }
  const answer = await fetch("/sql", { method: "POST", body: JSON.stringify({ query: interpolate(query) }) });
  const found = await answer.json();
  if (found.error) throw new Error(`${found.error}: ${query}`);
  const at = (name) => found.columns.findIndex((one) => one.name === name);
  const [text, value] = [at("__text"), at("__value")];
  return found.rows.map((row) => ({ text: String(row[Math.max(text, 0)] ?? ""), value: String(row[Math.max(value, text, 0)] ?? "") }));
}

function through_regex(options, regex) {
  if (!regex) return options;
  const [, body, flags] = /^\/(.*)\/(\w*)$/.exec(regex);
  return options.flatMap((one) => {
    const found = new RegExp(body, flags).exec(one.text);
    return found ? [{ text: found[1] ?? found[0], value: found[1] ?? found[0] }] : [];
  });
}

// In the order of the list, since one may ask by those before it. `chosen` overrides what would be chosen.
export async function read_variables(board, range, chosen = {}) {
  const values = {}, texts = {};
  for (const one of board.templating.list) {
    if (one.type === "datasource") {
      values[one.name] = one.query;
      texts[one.name] = one.query === "prometheus" ? "Tenggat" : "Tenggat laporan";
      continue;
    }
    let options = one.options ?? [];
    if (one.type === "query") {
      const kind = one.datasource.type;
      const query = typeof one.query === "string" ? one.query : one.query.query;
      options = through_regex(await asked(kind, query, interpolator(values, range), range), one.regex);
    } else if (one.type === "custom") {
      options = one.query.split(",").map((pair) => pair.trim().split(/ : /)).map(([text, value]) => ({ text, value: value ?? text }));
    }
    const all = one.includeAll && !(one.name in chosen);
    values[one.name] = chosen[one.name] ?? (all ? options.map((option) => option.value) : (options[0]?.value ?? ""));
    texts[one.name] = all ? "Semua" : (options.find((option) => option.value === values[one.name])?.text ?? String(values[one.name]));
  }
  return { values, texts };
}
