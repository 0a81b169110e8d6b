//! Metrics in Prometheus's text format.

use std::sync::LazyLock;
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use prometheus::proto::MetricFamily;
use prometheus::{Encoder, HistogramOpts, HistogramVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder};

use crate::app::App;
use crate::db::views::outbox::{Backlog, backlog};
use crate::domain::mail::{OutboxChannel, OutboxState};

/// The counters of this process. The one thing that is global on purpose: a process has one set of them.
struct Metrics {
    registry: Registry,
    requests: HistogramVec,
    in_flight: IntGauge,
}

static METRICS: LazyLock<Metrics> = LazyLock::new(|| {
    let registry = Registry::new();
    let options = HistogramOpts::new("assay_http_request_seconds", "Time to answer a request, by method, route and status")
        .buckets(vec![0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0]);
    #[expect(clippy::expect_used, reason = "fixed names, checked by every test that starts the service")]
    let requests = HistogramVec::new(options, &["method", "route", "status"]).expect("valid metric");
    #[expect(clippy::expect_used, reason = "fixed names, checked by every test that starts the service")]
    let in_flight = IntGauge::new("assay_http_requests_in_flight", "Requests being answered").expect("valid metric");
    let collectors: [Box<dyn prometheus::core::Collector>; 2] = [Box::new(requests.clone()), Box::new(in_flight.clone())];
    for collector in collectors {
        if let Err(error) = registry.register(collector) {
            tracing::error!(%error, "a metric cannot be registered");
        }
    }
    Metrics { registry, requests, in_flight }
});

/// Measures a request. The route is the pattern and not the path, so ids make no new series.
///
/// # Errors
/// Those of the handler.
pub async fn measure(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let started = Instant::now();
    METRICS.in_flight.inc();
    let method = request.method().to_string();
    let result = next.call(request).await;
    METRICS.in_flight.dec();
    let (route, status) = match &result {
        Ok(response) => (response.request().match_pattern().unwrap_or_else(|| "none".into()), response.status().as_u16()),
        Err(error) => ("none".into(), error.as_response_error().status_code().as_u16()),
    };
    METRICS
        .requests
        .with_label_values(&[method.as_str(), route.as_str(), status.to_string().as_str()])
        .observe(started.elapsed().as_secs_f64());
    result
}

/// What waits in the outbox now, asked of the database at each scrape: every instance gives the same numbers.
fn outbox_families(backlog: &Backlog, now: DateTime<Utc>) -> prometheus::Result<Vec<MetricFamily>> {
    let registry = Registry::new();
    let options = Opts::new("assay_outbox_messages", "Messages in the outbox that were not sent, by channel and state");
    let messages = IntGaugeVec::new(options, &["channel", "state"])?;
    for channel in OutboxChannel::ALL {
        for state in [OutboxState::Queued, OutboxState::Held, OutboxState::Unsure, OutboxState::Dead] {
            messages.with_label_values(&[channel.as_str(), state.as_str()]).set(0);
        }
    }
    for (channel, state, count) in &backlog.counts {
        messages.with_label_values(&[channel.as_str(), state.as_str()]).set(*count);
    }
    let oldest = IntGauge::new("assay_outbox_oldest_seconds", "For how long the oldest message has waited to leave; 0 where none waits")?;
    oldest.set(backlog.oldest.map_or(0, |since| now.signed_duration_since(since).num_seconds().max(0)));
    registry.register(Box::new(messages))?;
    registry.register(Box::new(oldest))?;
    Ok(registry.gather())
}

/// `GET /metrics`. Where the database does not answer, the metrics of the process come alone.
pub async fn show(app: web::Data<App>) -> HttpResponse {
    let mut families = METRICS.registry.gather();
    match app.read(backlog).await {
        Ok(found) => match outbox_families(&found, app.clock.now()) {
            Ok(mut outbox) => families.append(&mut outbox),
            Err(error) => tracing::error!(%error, "the outbox cannot be measured"),
        },
        Err(error) => tracing::warn!(%error, "the outbox cannot be counted"),
    }
    let mut text = Vec::new();
    match TextEncoder::new().encode(&families, &mut text) {
        Ok(()) => HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text),
        Err(error) => {
            tracing::error!(%error, "the metrics cannot be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}
