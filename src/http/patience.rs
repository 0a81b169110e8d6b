//! How long a body may take: nobody holds a place by sending it a byte at a time.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, web};
use futures_util::Stream;
use tokio::time::{Sleep, sleep};

use crate::app::App;
use crate::domain::Refusal;

/// So many bytes earn a body one more second.
const BYTES_A_SECOND: u64 = 1024;

/// A body whose sender must not dawdle: no pause may be longer than `http.body_seconds`, and all pauses together no longer than that and one
/// second for each KiB that came. What the service itself takes does not count.
pub struct Patient {
    body: Payload,
    patience: Duration,
    waited: Duration,
    received: u64,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Patient {
    /// The body of a request.
    pub fn new(request: &HttpRequest, body: Payload) -> Self {
        let seconds = request.app_data::<web::Data<App>>().map_or(30, |app| app.config.http.body_seconds);
        Self { body, patience: Duration::from_secs(seconds), waited: Duration::ZERO, received: 0, waiting: None }
    }

    /// How long the next block may be waited for.
    fn left(&self) -> Duration {
        let earned = Duration::from_secs(self.received.checked_div(BYTES_A_SECOND).unwrap_or(0));
        self.patience.saturating_add(earned).saturating_sub(self.waited).min(self.patience)
    }
}

impl std::fmt::Debug for Patient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Patient").field("waited", &self.waited).field("received", &self.received).finish_non_exhaustive()
    }
}

impl Stream for Patient {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_next(context) {
            Poll::Ready(block) => {
                if let Some((since, _)) = this.waiting.take() {
                    this.waited = this.waited.saturating_add(since.elapsed());
                }
                if let Some(Ok(block)) = &block {
                    this.received = this.received.saturating_add(u64::try_from(block.len()).unwrap_or(u64::MAX));
                }
                Poll::Ready(block)
            }
            Poll::Pending => {
                let left = this.left();
                let (_, end) = this.waiting.get_or_insert_with(|| (Instant::now(), Box::pin(sleep(left))));
                std::task::ready!(end.as_mut().poll(context));
                Poll::Ready(Some(Err(PayloadError::Io(std::io::ErrorKind::TimedOut.into()))))
            }
        }
    }
}

/// What is said of a body that ended too early: too slow, or broken off.
pub fn broken_off(what: &str, error: &(dyn std::error::Error + 'static)) -> Refusal {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::TimedOut) {
            return Refusal::too_slow(format!("{what} came too slowly (http.body_seconds)"));
        }
        if let Some(PayloadError::Io(inner)) = error.downcast_ref::<PayloadError>() {
            cause = Some(inner);
            continue;
        }
        cause = error.source();
    }
    Refusal::invalid("", format!("{what} broke off: {error}"))
}
