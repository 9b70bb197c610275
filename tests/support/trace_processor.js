// Runs Perfetto's trace processor on a trace: node trace_processor.js BUNDLE TRACE SQL ...
//
// BUNDLE is the folder of a build for browsers. Its worker is given what it asks a browser for: a way to read
// its WebAssembly, and a port over which requests and replies go as protocol buffers. The rows that each
// query finds are printed as a line of JSON; integers are strings.

const fs = require("fs");
const path = require("path");
const vm = require("vm");

const [bundle, trace, ...queries] = process.argv.slice(2);
const APPEND = 1, END = 2, QUERY = 3; // the kinds of request
const NULL = 1n, INTEGER = 2n, FLOAT = 3n, TEXT = 4n; // the kinds of cell

function varint(number) {
  const found = [];
  for (; number > 127; number = Math.floor(number / 128)) found.push((number % 128) | 128);
  return [...found, number];
}

const message = (field, body) => Buffer.from([...varint(field * 8 + 2), ...varint(body.length), ...body]);

let sent = 0;
function request(kind, ...more) {
  return message(1, Buffer.concat([Buffer.from([8, ...varint(++sent), 16, kind]), ...more]));
}

function* integers(bytes, state = { at: 0 }) {
  while (state.at < bytes.length) {
    let number = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[state.at++];
      number |= BigInt(byte & 127) << shift;
      if (byte < 128) break;
    }
    yield number;
  }
}

function* fields(bytes) {
  const state = { at: 0 };
  for (const key of integers(bytes, state)) {
    const kind = key & 7n;
    if (kind === 0n) {
      yield [key >> 3n, integers(bytes, state).next().value];
    } else {
      const length = kind === 1n ? 8 : Number(integers(bytes, state).next().value);
      yield [key >> 3n, bytes.subarray(state.at, (state.at += length))];
    }
  }
}

function cells(batch) {
  const kinds = [], whole = [], real = [], texts = [];
  for (const [field, value] of fields(batch)) {
    if (field === 1n) kinds.push(...integers(value));
    if (field === 2n) whole.push(...integers(value));
    if (field === 3n) for (let i = 0; i < value.length; i += 8) real.push(value.readDoubleLE(i));
    if (field === 5n) texts.push(...String(value).split("\0"));
  }
  const cell = (kind) => {
    if (kind === NULL) return null;
    if (kind === INTEGER) return String(BigInt.asIntN(64, whole.shift()));
    return kind === FLOAT ? real.shift() : texts.shift();
  };
  return kinds.map(cell);
}

function rows(stream) {
  const names = [], found = [];
  for (const [, reply] of fields(stream)) {
    for (const [field, result] of fields(reply)) {
      for (const [part, value] of field === 203n ? fields(result) : []) {
        if (part === 1n) names.push(value);
        if (part === 2n) throw new Error(String(value));
        if (part === 3n) found.push(...cells(value));
      }
    }
  }
  return found.length ? [found.splice(0, names.length), ...rest(found, names.length)] : [];
}

function rest(found, width) {
  return found.length ? [found.splice(0, width), ...rest(found, width)] : [];
}

const print = process.stdout.write.bind(process.stdout);
const replies = [];
const port = { postMessage: (data) => replies.push(Buffer.from(data)) };
delete globalThis.process; // the bundle refuses to run where it sees one
Object.assign(globalThis, {
  self: globalThis,
  location: { href: "file:///" },
  WorkerGlobalScope: class {},
  importScripts: () => {},
  XMLHttpRequest: class {
    open(method, name) {
      this.name = name;
    }
    send() {
      this.response = fs.readFileSync(path.join(bundle, path.basename(this.name)));
    }
  },
});
console.log = console.warn = console.error = () => {};
vm.runInThisContext(fs.readFileSync(path.join(bundle, "engine_bundle.js"), "utf8"));
self.onmessage({ data: port });

setImmediate(() => {
  const ask = (bytes) => port.onmessage({ data: new Uint8Array(bytes) });
  ask(request(APPEND, message(101, fs.readFileSync(trace))));
  ask(request(END));
  for (const query of queries) {
    replies.length = 0;
    ask(request(QUERY, message(103, message(1, Buffer.from(query)))));
    print(JSON.stringify(rows(Buffer.concat(replies))) + "\n");
  }
});
