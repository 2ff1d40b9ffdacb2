// Notes which files and folders this process reads, one a line of M2M_READS: F or D and
// the path, ended by a NUL. It is loaded before the CDK library, whose assets are copied
// and hashed with these functions.
"use strict";
const fs = require("fs");
const path = require("path");
const { openSync, writeSync } = fs;
const noted = new Set();
const log = openSync(process.env.M2M_READS, "a");
// What jsii unpacks for itself is of the version that go.mod names.
const ofTools = /[\\/](aws[\\/]jsii|com\.amazonaws\.jsii|jsii-[a-z]+)[\\/-]/;

function note(kind, file) {
  if (typeof file !== "string" && !(file instanceof URL)) return;
  const entry = kind + path.resolve(file instanceof URL ? require("url").fileURLToPath(file) : file) + "\0";
  if (noted.has(entry) || ofTools.test(entry)) return;
  noted.add(entry);
  writeSync(log, entry);
}

for (const [name, kind] of [["openSync", "F"], ["readFileSync", "F"], ["copyFileSync", "F"], ["readdirSync", "D"]]) {
  const real = fs[name];
  fs[name] = function (file, ...rest) {
    if (!(name === "openSync" && /[wa+]/.test(String(rest[0])))) note(kind, file);
    return real.call(this, file, ...rest);
  };
}
