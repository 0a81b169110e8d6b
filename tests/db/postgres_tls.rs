//! TLS to PostgreSQL, in a build that has it: `cargo test --features postgres-tls db::postgres_tls`.

use assay::config::{Config, DatabaseConfig};
use assay::db::Db;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::support::postgres::over_tls;

#[derive(QueryableByName)]
struct Secured {
    #[diesel(sql_type = Bool)]
    ssl: bool,
}

#[test]
fn the_database_is_reached_over_tls_that_knows_it() {
    let identity = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (trusted, stranger) = (folder.path().join("ca.pem"), folder.path().join("other.pem"));
    std::fs::write(&trusted, identity.cert.pem()).unwrap();
    std::fs::write(&stranger, other.cert.pem()).unwrap();
    let Some((_server, port, _folder)) = over_tls(&identity.cert.pem(), &identity.signing_key.serialize_pem()) else {
        eprintln!("SKIPPED: no PostgreSQL");
        return;
    };
    let url = |host: &str, ca: &std::path::Path| {
        format!("postgres://assay@{host}:{port}/postgres?sslmode=verify-full&sslrootcert={}", ca.display())
    };
    let open = |url: &str| {
        let database = DatabaseConfig { url: url.to_owned(), connections: 2, timeout_seconds: 5, ..DatabaseConfig::default() };
        Config { database: database.clone(), ..Config::default() }.check().unwrap();
        Db::open(&database).and_then(|db| db.migrate())
    };
    assert!(!open(&url("localhost", &trusted)).unwrap().is_empty(), "the whole service runs over it");
    let mut connection = diesel::PgConnection::establish(&url("localhost", &trusted)).unwrap();
    let secured: Secured =
        diesel::sql_query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").get_result(&mut connection).unwrap();
    assert!(secured.ssl);
    // Another authority, and another name than the certificate's.
    for wrong in [url("localhost", &stranger), url("127.0.0.1", &trusted)] {
        let said = diesel::PgConnection::establish(&wrong).err().unwrap().to_string();
        assert!(said.contains("certificate"), "{said}");
    }
}
