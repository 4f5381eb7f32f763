//! The geometry of the drawings, in whole numbers and without a browser.

pub mod axis;
pub mod chain;
pub mod curve;
pub mod matrix;
