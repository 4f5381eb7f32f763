//! The migrations are compiled in: a change in their folders compiles this crate again.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
