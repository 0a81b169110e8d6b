mod migrate;
#[cfg(feature = "postgres-tls")]
mod postgres_tls;
mod write;
