// What the page asks: its own files, the dashboards, Prometheus, and the database as Grafana's reader.
// On loopback, for the time of a test.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import pg from "pg";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml" };
const raw = { getTypeParser: () => (value) => value };  // texts as the server writes them

async function body_of(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

// pages, boards, icons: directories; settings: what the page is told; prometheus: its address or null for one
// that is down; reader: {host, database, user}.
export async function start_bridge({ pages, boards, icons, settings, prometheus, reader }) {
  const pool = new pg.Pool({ ...reader, max: 4, types: raw });
  const send = (answer, status, type, body) => answer.writeHead(status, { "content-type": type }).end(body);
  const handle = async (request, answer) => {
    const url = new URL(request.url, "http://127.0.0.1");
    if (url.pathname.startsWith("/prometheus/")) {
      if (!handle.prometheus) return send(answer, 200, TYPES[".json"], '{"status":"success","data":{"resultType":"vector","result":[]}}');
      const headers = { "content-type": request.headers["content-type"] ?? "" };
      const body = request.method === "POST" ? await body_of(request) : undefined;
      const asked = await fetch(handle.prometheus + url.pathname.slice(11) + url.search, { method: request.method, headers, body });
      return send(answer, asked.status, TYPES[".json"], await asked.text());
    }
    if (url.pathname === "/sql") {
      try {
        const found = await pool.query({ text: JSON.parse(await body_of(request)).query, rowMode: "array" });
        return send(answer, 200, TYPES[".json"], JSON.stringify({ columns: found.fields.map((one) => ({ name: one.name, type: one.dataTypeID })), rows: found.rows }));
      } catch (why) {
        return send(answer, 200, TYPES[".json"], JSON.stringify({ error: why.message }));
      }
    }
    if (url.pathname === "/settings.json") return send(answer, 200, TYPES[".json"], JSON.stringify(settings));
    const [root, path] = url.pathname.startsWith("/boards/") ? [boards, url.pathname.slice(8)]
      : url.pathname.startsWith("/public/") ? [icons, url.pathname.slice(8)]
        : [pages, url.pathname === "/" ? "index.html" : url.pathname];
    const file = normalize(join(root, path));
    try {
      return send(answer, 200, TYPES[extname(file)] ?? "application/octet-stream", readFileSync(file));
    } catch {
      return send(answer, 404, "text/plain", "");
    }
  };
  handle.prometheus = prometheus;
  const server = createServer((request, answer) => handle(request, answer).catch((why) => send(answer, 500, "text/plain", String(why))));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    cut_prometheus: () => { handle.prometheus = null; },
    stop: async () => { server.close(); server.closeAllConnections(); await pool.end(); },
  };
}
