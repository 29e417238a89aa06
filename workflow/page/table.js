// A table of numbers as text, from whatever program wrote it, as scripts/tlsglass/data/read_table.py reads it. Throws an Error
// of one line.
"use strict";

function tableOf(text) {
  const SEPARATORS = [",", ";", "\t"];

  function fields(line, separator) {
    const found = [""];
    let quoted = false;
    for (const c of line) {
      if (c === '"') quoted = !quoted;
      else if (c === separator && !quoted) found.push("");
      else found[found.length - 1] += c;
    }
    return found.map((field) => field.trim());
  }

  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/).map((line) => line.replace(/^((?:[^"#]|"[^"]*")*)#.*/, "$1")).filter((line) => line.trim());
  if (lines.length < 2) throw new Error("No table: a line with the names of the columns, and a line for each temperature, are needed.");
  const count = (separator) => lines[0].split(separator).length;
  let separator = SEPARATORS.reduce((one, two) => (count(two) > count(one) ? two : one));
  let split = (line) => fields(line, separator);
  if (count(separator) === 1) split = (line) => line.trim().split(/\s+/); // columns of blanks
  const decimal = (cell) => (separator === "," ? cell : cell.replace(/^\s*([-+]?\d*),(\d+)/, "$1.$2"));
  let rows = lines.map(split);
  const number = (cell) => (cell === "" || cell.includes("_") ? NaN : Number(decimal(cell)));
  let header = rows[0];
  if (header.every((cell) => Number.isFinite(number(cell)))) header = header.map((_, k) => `column ${k + 1}`);
  else rows = rows.slice(1);
  const long = rows.findIndex((row) => row.length > header.length);
  if (long >= 0) throw new Error(`Row ${long + 1} has ${rows[long].length} fields, the header ${header.length}.`);
  if (header.length < 2) throw new Error("One column: a temperature and a value are needed, split by commas, semicolons, tabs or blanks.");

  // The numbers of a column; with `positive` they must be above 0
  function column(name, positive) {
    const k = header.indexOf(name);
    if (k < 0) throw new Error(`No column ${name}; the columns are ${header.join(", ")}.`);
    return rows.map((row, r) => {
      const value = number(row[k] ?? "");
      if (!Number.isFinite(value) || (positive && value <= 0)) {
        throw new Error(`Column ${name}, row ${r + 1}: ${row[k] || "an empty field"} must be a finite number${positive ? " above 0" : ""}.`);
      }
      return value;
    });
  }

  return { header, rows: rows.length, column };
}
