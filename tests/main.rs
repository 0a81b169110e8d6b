//! One test binary: the path of a test mirrors what it tests.
#![allow(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    reason = "a test that panics has failed, which is what it should do"
)]

mod api;
mod architecture;
mod browser;
mod cli;
mod db;
mod demo;
mod faults;
mod fuzz_seeds;
mod http;
mod jobs;
mod mail;
mod openapi;
mod readme;
mod real_data;
mod refusals;
mod story;
mod support;
mod usecases;
mod web;
