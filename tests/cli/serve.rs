//! The service as an operator runs it: what was accepted is finished before it stops.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::Client;
use crate::support::program::{Serving, assay, printed, run};

#[test]
fn a_request_in_flight_is_answered_after_the_signal() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["init", "--name", "Example", "--admin", "anna", "--json"]);
    let token = serde_json::from_str::<serde_json::Value>(&printed(&output)).unwrap()["token"].as_str().unwrap().to_owned();
    let mut command = assay(folder.path());
    command.args(["serve", "--port", "0"]);
    let mut serving = Serving::start(command);
    let client = Client::new(&serving.url, Some(&token));
    client.get("/readyz").expect(200);

    // The head and half of the body are on their way when the signal comes.
    let body = r#"{"code":"north","name":"North"}"#;
    let mut stream = TcpStream::connect(serving.url.trim_start_matches("http://")).unwrap();
    let head = format!(
        "POST /api/v1/vendors HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The service asks for the body once the handler reads it: from here on the request is in flight.
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    assert!(go_on.starts_with(b"HTTP/1.1 100 Continue"));
    serving.signal("TERM");
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(serving.child.wait().unwrap().success(), "it ends in good order");

    let mut command = assay(folder.path());
    command.args(["serve", "--port", "0"]);
    let serving = Serving::start(command);
    let vendors = Client::new(&serving.url, Some(&token)).get("vendors").expect(200).json();
    assert_eq!(vendors["items"][0]["code"], "north", "what was answered is stored");
}
