// Prints what GitHub's own parser has to say of each workflow file, one JSON line a finding.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { validate } from "@actions/languageservice";
import { TextDocument } from "vscode-languageserver-textdocument";

for (const file of process.argv.slice(2)) {
  const document = TextDocument.create(pathToFileURL(file).href, "yaml", 0, readFileSync(file, "utf8"));
  for (const found of await validate(document)) {
    console.log(JSON.stringify({ file, line: found.range.start.line + 1, message: found.message }));
  }
}
