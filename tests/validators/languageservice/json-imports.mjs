// The packages import JSON without saying so, which Node 20 refuses: hand it to them as a module.
import { register } from "node:module";

const loader = `
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
export async function load(url, context, next) {
  if (!url.endsWith(".json")) return next(url, context);
  const text = await readFile(fileURLToPath(url), "utf8");
  return { format: "module", shortCircuit: true, source: "export default " + text };
}`;
register("data:text/javascript," + encodeURIComponent(loader));
