//! The entry point of the browser build; on any other target there is nothing to run.

fn main() {
    #[cfg(target_arch = "wasm32")]
    parvis_frontend::start();
}
