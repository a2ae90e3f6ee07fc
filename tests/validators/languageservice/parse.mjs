// Prints each YAML file as JSON, as a YAML 1.2 parser reads it.
import { readFileSync } from "node:fs";
import { parse } from "yaml";

for (const file of process.argv.slice(2)) {
  console.log(JSON.stringify(parse(readFileSync(file, "utf8"), { version: "1.2" })));
}
