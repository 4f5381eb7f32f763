// Loads and starts the app. A file of its own, because the content security policy forbids inline scripts.
import init from "./parvis.js";

init({ module_or_path: new URL("./parvis_bg.wasm", import.meta.url) }).catch((error) => {
  console.error(error);
  document.documentElement.dataset.boot = "failed";
  document.getElementById("boot-error")?.removeAttribute("hidden");
});
