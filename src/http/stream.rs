//! Between the asynchronous world of requests and the blocking one of files: neither side holds more than a few blocks.

use std::io::{BufRead, Read};

use actix_multipart::MultipartError;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc;

use super::patience::{Patient, broken_off};
use super::problem::Problem;
use crate::domain::Refusal;

/// The blocks that may wait between the two sides; a block is of [`BLOCK`] bytes or little more, so that the sides seldom wake each other.
const WAITING: usize = 4;
/// How much of a body is still read, and thrown away, when nobody wants it any more; callers tend not to listen before they have sent it all.
const THROWN_AWAY: usize = 64 << 20;

/// A request's body as a blocking reader. Read it in a blocking task while [`feed`] runs.
#[derive(Debug)]
pub struct BodyReader {
    blocks: mpsc::Receiver<std::io::Result<Bytes>>,
    current: Bytes,
}

impl BufRead for BodyReader {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        while self.current.is_empty() {
            match self.blocks.blocking_recv() {
                Some(block) => self.current = block?,
                None => break,
            }
        }
        Ok(&self.current)
    }

    fn consume(&mut self, amount: usize) {
        drop(self.current.split_to(amount.min(self.current.len())));
    }
}

impl Read for BodyReader {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

/// Splits a body into a reader and the future that feeds it; run both together.
pub fn reader(mut body: Patient) -> (BodyReader, impl Future<Output = ()>) {
    let (send, blocks) = mpsc::channel(WAITING);
    let feed = async move {
        let (mut gathered, mut thrown_away) = (Vec::new(), 0_usize);
        while let Some(block) = body.next().await {
            let failed = match block {
                Ok(block) => {
                    gathered.extend_from_slice(&block);
                    if gathered.len() < BLOCK {
                        continue;
                    }
                    None
                }
                Err(PayloadError::Io(slow)) if slow.kind() == std::io::ErrorKind::TimedOut => Some(slow),
                Err(error) => Some(std::io::Error::new(std::io::ErrorKind::UnexpectedEof, format!("the upload broke off: {error}"))),
            };
            let length = gathered.len();
            if send.send(Ok(Bytes::from(std::mem::take(&mut gathered)))).await.is_err() {
                thrown_away = thrown_away.saturating_add(length);
            }
            if let Some(error) = failed {
                // Nobody listens where the reader has gone.
                let _unheard = send.send(Err(error)).await;
                return;
            }
            if thrown_away > THROWN_AWAY {
                return;
            }
        }
        let _unheard = send.send(Ok(Bytes::from(gathered))).await;
    };
    (BodyReader { blocks, current: Bytes::new() }, feed)
}

/// A file as a stream of blocks, read in blocking tasks.
pub fn blocks(source: Box<dyn Read + Send>) -> impl Stream<Item = std::io::Result<Bytes>> {
    futures_util::stream::unfold(Some(source), |source| async move {
        let mut source = source?;
        let read = tokio::task::spawn_blocking(move || {
            let mut block = Vec::with_capacity(BLOCK);
            let read = source.by_ref().take(u64::try_from(BLOCK).unwrap_or(u64::MAX)).read_to_end(&mut block);
            (source, read.map(|_| block))
        });
        match read.await {
            Ok((_, Ok(block))) if block.is_empty() => None,
            Ok((source, Ok(block))) => Some((Ok(Bytes::from(block)), Some(source))),
            Ok((_, Err(error))) => Some((Err(error), None)),
            Err(error) => Some((Err(std::io::Error::other(error)), None)),
        }
    })
}

/// How much of a file is read at once.
const BLOCK: usize = 64 * 1024;

/// A multipart body that cannot be read.
pub fn broken_multipart(error: &MultipartError) -> Problem {
    match error {
        MultipartError::Payload(error) => broken_off("the multipart body", error).into(),
        error => Refusal::invalid("", format!("the multipart body cannot be read: {error}")).into(),
    }
}
