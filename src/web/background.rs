//! Work that a page begins and that goes on although nobody waits for it.

use std::time::Duration;

use tokio::sync::oneshot;

use crate::usecases::Error;

/// How long the browser waits for the work before it is shown how far that is.
const PATIENCE: Duration = Duration::from_millis(1200);

/// Begins work in this process; gives its result where it ends before the browser's patience does, and nothing where it goes on. `what` names it
/// in the log where it fails.
///
/// # Errors
/// Those of the work, as far as it has ended.
pub async fn begin<T: 'static>(what: String, work: impl Future<Output = Result<T, Error>> + 'static) -> Result<Option<T>, Error> {
    begin_or_note(what, work, async |_| ()).await
}

/// The same; `late` is told why the work failed where nobody waits for it any more.
///
/// # Errors
/// Those of the work, as far as it has ended.
pub async fn begin_or_note<T: 'static>(
    what: String,
    work: impl Future<Output = Result<T, Error>> + 'static,
    late: impl AsyncFnOnce(Error) + 'static,
) -> Result<Option<T>, Error> {
    let (tell, told) = oneshot::channel();
    let name = what.clone();
    actix_web::rt::spawn(async move {
        let done = work.await;
        if let Err(error) = &done {
            tracing::warn!(%error, "{name} did not come to its end");
        }
        if let Err(Err(error)) = tell.send(done) {
            late(error).await;
        }
    });
    match actix_web::rt::time::timeout(PATIENCE, told).await {
        Ok(Ok(done)) => done.map(Some),
        Ok(Err(_)) => Err(Error::Panicked(format!("{what} ended without a word"))),
        Err(_) => Ok(None),
    }
}
