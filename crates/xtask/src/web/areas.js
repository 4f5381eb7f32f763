// Loads the areas of the app. A file of an area holds modules of WebAssembly, one behind the other; large areas load a
// second file, which they share. A module that came with another area already is not started again.
import { initSync } from "./parvis.js";

const started = new Map();
const fetched = new Map();

function start(number, bytes) {
  if (!started.has(number)) {
    // The modules take memory, globals and the table of functions from the main module.
    const module = WebAssembly.instantiate(bytes, { __wasm_split: initSync() });
    module.catch(() => started.delete(number));
    started.set(number, module);
  }
  return started.get(number);
}

async function fetchArea(file) {
  const answer = await fetch(new URL(file, import.meta.url));
  if (!answer.ok) throw new Error(`${file}: ${answer.status}`);
  const bytes = await answer.arrayBuffer();
  // How many modules there are; then, for each, its number and its length.
  const [count] = new Uint32Array(bytes, 0, 1);
  const head = new Uint32Array(bytes, 4, 2 * count);
  const modules = [];
  for (let at = 4 + head.byteLength, module = 0; module < head.length; module += 2) {
    const length = head[module + 1];
    modules.push(start(head[module], new Uint8Array(bytes, at, length)));
    at += length;
  }
  await Promise.all(modules);
}

function once(file) {
  if (!fetched.has(file)) {
    const coming = fetchArea(file);
    // What did not arrive is asked for again.
    coming.catch(() => fetched.delete(file));
    fetched.set(file, coming);
  }
  return fetched.get(file);
}

function area(...files) {
  return async (callback, argument) => {
    let arrived = false;
    try {
      await Promise.all(files.map(once));
      arrived = true;
    } catch (error) {
      // The page says it, and its next call tries again.
      console.warn(error);
    }
    initSync().__indirect_function_table.get(callback)(argument, arrived);
  };
}

