// One page, built once; nothing of it is served to anybody but the test's own browser.
import { defineConfig } from "vite";

export default defineConfig({
  esbuild: { jsx: "automatic" },
  define: { "process.env.NODE_ENV": '"production"' },
  build: { target: "chrome120", minify: false, reportCompressedSize: false, chunkSizeWarningLimit: 50000 },
});
