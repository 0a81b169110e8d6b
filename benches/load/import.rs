//! Import of conversations with 12-turn transcripts, against prepared inserts of the same bytes into one table of one SQLite database.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use assay::domain::access::Role;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::report::{Asked, Figure};
use crate::service::{Service, memory, program};
use crate::support::TestApp;
use crate::support::program::printed;
use crate::support::sampling::centre;
use crate::{Scale, bulk};

diesel::table! {
    lines (id) {
        id -> BigInt,
        content -> Text,
    }
}

const AGENTS: u64 = 200;
const SAID: [&str; 12] = [
    "您好，这里是客服中心，很高兴为您服务，请问有什么可以帮您？",
    "你好，我上周五下的单，到今天还没有发货，想问一下是什么情况。",
    "非常抱歉让您久等了。请您提供一下订单号，我马上为您查询。",
    "订单号在短信里，我找一下……是这个，尾号 8831。",
    "好的，已经查到了。您的商品目前在仓库等待出库，预计明天上午发出。",
    "上次也是说明天发，已经说了三次了，我很着急用。",
    "我完全理解您的心情。我现在为您登记加急，并且请仓库优先处理。",
    "那如果明天还是没有发怎么办？可以退款吗？",
    "可以的。如果明天十八点前没有发出，您可以直接申请全额退款，审核当天完成。",
    "好，那我再等一天，请你们一定跟进。",
    "一定。我会在明天上午给您回电确认，请您保持电话畅通。请问还有其他可以帮您的吗？",
    "没有了，谢谢。",
];

/// Conversations `from` to `to` as NDJSON.
fn write_file(path: &Path, from: u64, to: u64) {
    let mut file = BufWriter::new(std::fs::File::create(path).unwrap());
    for i in from..to {
        let (day, hour, minute) = (1 + i / 40_000 % 28, i / 1700 % 24, i / 29 % 60);
        write!(
            file,
            r#"{{"source":"load","external_id":"import-{i}","channel":"chat","agent":"B{}","started_at":"2026-10-{day:02}T{hour:02}:{minute:02}:00+08:00","duration_ms":{},"customer":"customer-{}","queue":"queue-{}","language":"zh","satisfaction":{},"attributes":{{"order":"{i}"}},"transcript":["#,
            i % AGENTS,
            60_000 + i % 600_000,
            i % 9973,
            i % 7,
            1 + i % 5,
        )
        .unwrap();
        for (n, text) in SAID.iter().enumerate() {
            let (comma, speaker) = (if n == 0 { "" } else { "," }, if n.is_multiple_of(2) { "agent" } else { "customer" });
            let at = n * 5000 + usize::try_from(i % 997).unwrap();
            write!(file, r#"{comma}{{"speaker":"{speaker}","start_ms":{at},"end_ms":{},"text":"{text}"}}"#, at + 4000).unwrap();
        }
        writeln!(file, "]}}").unwrap();
    }
    file.flush().unwrap();
}

/// Lines a second that prepared inserts into one table reach, in one transaction.
fn bare(folder: &Path, file: &Path) -> f64 {
    let path = folder.join("bare.db");
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    connection
        .batch_execute(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE lines (id INTEGER PRIMARY KEY, content TEXT NOT NULL);",
        )
        .unwrap();
    let mut input = BufReader::new(std::fs::File::open(file).unwrap());
    let (begun, mut count, mut line) = (Instant::now(), 0_u64, String::new());
    connection
        .transaction::<_, diesel::result::Error, _>(|conn| {
            while input.read_line(&mut line).unwrap() > 0 {
                diesel::insert_into(lines::table).values(lines::content.eq(&line)).execute(conn)?;
                count += 1;
                line.clear();
            }
            Ok(())
        })
        .unwrap();
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    drop(connection);
    std::fs::remove_file(path).unwrap();
    rate
}

pub fn run(name: &str, test: &TestApp, scale: Scale) {
    let count = scale.pick(40_000, 1_000_000);
    centre(test, 2, 1, 1);
    bulk::agents(test, "team-0", AGENTS);
    let importer = test.person(Role::QaManager);
    let (first, second) = (test.folder.path().join("first.ndjson"), test.folder.path().join("second.ndjson"));
    write_file(&first, 0, count);
    write_file(&second, count, count + count / 2);
    let bytes = std::fs::metadata(&first).unwrap().len() as f64 / count as f64;
    let bare_rate = bare(test.folder.path(), &first);
    let against = format!("{bare_rate:.0} lines/s ({bytes:.0} bytes each) into one table");

    let service = Service::start(test);
    let client = service.client(&importer);
    let idle = service.resident();
    service.forget_peak();
    let begun = Instant::now();
    let answer = service.post_file(&client, "conversations/import", "application/x-ndjson", &first);
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    assert!(answer.contains(&format!("\"inserted\":{count}")), "{answer}");
    Figure {
        database: name,
        name: &format!("import of {count} by HTTP"),
        measured: format!("{rate:.0}/s"),
        against: against.clone(),
        ratio: Some((rate / bare_rate, Asked::AtLeast(0.5))),
    }
    .print();
    Figure {
        database: name,
        name: &format!("memory of it, import of {count} by HTTP"),
        measured: format!("{:.0} MiB at most", service.peak()),
        against: format!("{idle:.0} MiB idle"),
        ratio: Some((service.peak() - idle, Asked::AtMost(150.0))),
    }
    .print();
    drop(service);

    let begun = Instant::now();
    let mut command = program(test, &["import", second.to_str().unwrap(), "--json"]);
    let mut child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
    let mut peak: f64 = 0.0;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(memory(&child, "VmHWM:"));
        std::thread::sleep(Duration::from_millis(20));
    }
    let rate = (count / 2) as f64 / begun.elapsed().as_secs_f64();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", printed(&output));
    Figure {
        database: name,
        name: &format!("import of {} by command line", count / 2),
        measured: format!("{rate:.0}/s, {peak:.0} MiB at most"),
        against,
        ratio: Some((rate / bare_rate, Asked::AtLeast(0.5))),
    }
    .print();
}
