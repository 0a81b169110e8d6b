//! The pages in a real browser, on the demo centre: each role does its work, and every page is looked at.

mod grading;
mod pages;

/// The password of every log-in of the demo centre.
const PASSWORD: &str = "clearbay-demo";
