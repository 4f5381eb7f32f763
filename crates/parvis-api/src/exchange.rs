//! Tables that people exchange: written as CSV or as a workbook, read from either.

pub mod headings;
pub mod sheet;
pub mod table;
