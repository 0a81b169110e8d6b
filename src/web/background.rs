//! Work that a page begins and that goes on although nobody waits for it.

use std::time::Duration;

use crate::usecases::Error;

/// How long the browser waits for the work before it is shown how far that is.
const PATIENCE: Duration = Duration::from_millis(1200);

/// Begins work in this process; gives its result where it ends before the browser's patience does, and nothing where it goes on. `what` names it
/// in the log where it fails.
///
/// # Errors
/// Those of the work, as far as it has ended.
pub async fn begin<T: 'static>(what: String, work: impl Future<Output = Result<T, Error>> + 'static) -> Result<Option<T>, Error> {
    let work = actix_web::rt::spawn(async move {
        let done = work.await;
        if let Err(error) = &done {
            tracing::warn!(%error, "{what} did not come to its end");
        }
        done
    });
    match actix_web::rt::time::timeout(PATIENCE, work).await {
        Ok(Ok(done)) => done.map(Some),
        Ok(Err(error)) => Err(Error::Panicked(error.to_string())),
        Err(_) => Ok(None),
    }
}
