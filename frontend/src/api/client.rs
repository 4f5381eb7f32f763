//! Sends requests and reads answers; what every call has in common.

use std::cell::RefCell;
use std::collections::HashMap;
use std::pin::Pin;

use gloo_net::http::{Method, RequestBuilder};
use parvis_wire::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;
use web_sys::RequestCredentials;

use super::failure::Failure;
use super::session;
use crate::{browser, json};

/// Where the API is.
pub(super) const BASE: &str = "/api/v1";

/// What a request carries beside its address.
#[derive(Debug, Clone, Default)]
pub(super) struct Sent {
    /// JSON, as text.
    pub body: Option<String>,
    /// The version that a change rests on.
    pub version: Option<i64>,
}

impl Sent {
    fn new<B: Serialize>(body: &B, version: Option<i64>) -> Result<Self, Failure> {
        let body = serde_json::to_string(body).map_err(|_| Failure::unreadable(0))?;
        Ok(Self {
            body: Some(body),
            version,
        })
    }
}

/// An answer of the 2xx family.
pub(super) struct Answer {
    body: Vec<u8>,
}

/// An exchange on its way. It is boxed so that each operation waits for it instead of containing it.
type Exchange<'a> = Pin<Box<dyn Future<Output = Result<Answer, Failure>> + 'a>>;

thread_local! {
    /// Keys of posts that got no answer: the same post again carries the same key and is done once.
    static UNANSWERED: RefCell<HashMap<String, String>> = RefCell::new(HashMap::new());
}

/// Reads an item or a list.
pub(super) async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Failure> {
    exchange(Method::GET, path, Sent::default()).await?.read()
}

/// Takes a file.
pub(super) async fn download(path: &str) -> Result<Vec<u8>, Failure> {
    Ok(exchange(Method::GET, path, Sent::default()).await?.body)
}

/// Posts a body and reads what came of it.
pub(super) async fn post<B: Serialize, T: DeserializeOwned>(path: &str, body: &B) -> Result<T, Failure> {
    exchange(Method::POST, path, Sent::new(body, None)?).await?.read()
}

/// Posts a body, if there is one, where nothing comes back.
pub(super) async fn post_only<B: Serialize>(path: &str, body: Option<&B>) -> Result<(), Failure> {
    let sent = body.map_or_else(|| Ok(Sent::default()), |body| Sent::new(body, None))?;
    exchange(Method::POST, path, sent).await.map(drop)
}

/// Posts a body to an item whose version was read before.
pub(super) async fn post_to<B: Serialize, T: DeserializeOwned>(
    path: &str,
    version: i64,
    body: &B,
) -> Result<T, Failure> {
    exchange(Method::POST, path, Sent::new(body, Some(version))?)
        .await?
        .read()
}

/// Changes an item by a merge patch.
pub(super) async fn patch<B: Serialize, T: DeserializeOwned>(path: &str, version: i64, body: &B) -> Result<T, Failure> {
    exchange(Method::PATCH, path, Sent::new(body, Some(version))?)
        .await?
        .read()
}

/// Archives or withdraws an item.
pub(super) async fn delete(path: &str, version: i64) -> Result<(), Failure> {
    let sent = Sent {
        body: None,
        version: Some(version),
    };
    exchange(Method::DELETE, path, sent).await.map(drop)
}

/// Appends the parameters that have a value to a path.
pub fn query(path: &str, parameters: &[(&str, &str)]) -> String {
    let written: Vec<String> = parameters
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", String::from(js_sys::encode_uri_component(value))))
        .collect();
    if written.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", written.join("&"))
    }
}

/// Sends a request; renews the access token once if it is refused.
fn exchange(method: Method, path: &str, sent: Sent) -> Exchange<'_> {
    Box::pin(renewing(method, path, sent))
}

async fn renewing(method: Method, path: &str, sent: Sent) -> Result<Answer, Failure> {
    let used = session::token();
    let first = send(&method, path, &sent, used.as_deref()).await;
    match (&first, used) {
        (Err(failure), Some(used)) if failure.status == 401 => {
            session::renew(Some(used)).await;
            match session::token() {
                Some(token) => send(&method, path, &sent, Some(&token)).await,
                None => first,
            }
        }
        _ => first,
    }
}

/// Sends a request as it is. Operations of sign-in use it directly: they must not start a renewal.
pub(super) fn send<'a>(method: &'a Method, path: &'a str, sent: &'a Sent, token: Option<&'a str>) -> Exchange<'a> {
    Box::pin(sending(method, path, sent, token))
}

async fn sending(method: &Method, path: &str, sent: &Sent, token: Option<&str>) -> Result<Answer, Failure> {
    let url = format!("{BASE}{path}");
    let mut request = RequestBuilder::new(&url)
        .method(method.clone())
        .credentials(RequestCredentials::SameOrigin)
        .header("Accept", "application/json, application/problem+json")
        .header("Accept-Language", &browser::root_language());
    if let Some(token) = token {
        request = request.header("Authorization", &format!("Bearer {token}"));
    }
    if let Some(version) = sent.version {
        request = request.header("If-Match", &format!("\"{version}-member\""));
    }
    let post_key = (*method == Method::POST).then(|| format!("{path}\n{}", sent.body.as_deref().unwrap_or_default()));
    if let Some(post) = &post_key {
        request = request.header("Idempotency-Key", &idempotency_key(post));
    }
    let request = match &sent.body {
        Some(body) => {
            let media = if *method == Method::PATCH {
                "application/merge-patch+json"
            } else {
                "application/json"
            };
            request.header("Content-Type", media).body(body.clone())
        }
        None => request.build(),
    };
    let response = request
        .map_err(|_| Failure::offline())?
        .send()
        .await
        .map_err(|_| Failure::offline())?;
    let body = response.binary().await.map_err(|_| Failure::offline())?;
    if let Some(post) = post_key {
        UNANSWERED.with_borrow_mut(|keys| keys.remove(&post));
    }
    if response.ok() {
        return Ok(Answer { body });
    }
    Err(failure(response.status(), &String::from_utf8_lossy(&body)))
}

fn idempotency_key(post: &str) -> String {
    UNANSWERED.with_borrow_mut(|keys| {
        keys.entry(post.to_owned())
            .or_insert_with(|| browser::random_id().to_string())
            .clone()
    })
}

/// What a refused request says.
pub(super) fn failure(status: u16, text: &str) -> Failure {
    match json::read::<Problem>(text) {
        Ok(problem) => Failure {
            status,
            code: problem.code,
            detail: problem.detail,
            request: problem.request_id,
            faults: problem.errors,
        },
        Err(_) => Failure::unreadable(status),
    }
}

impl Answer {
    /// The typed body.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let text = std::str::from_utf8(&self.body).map_err(|_| Failure::unreadable(200))?;
        json::read(text).map_err(|_| Failure::unreadable(200))
    }
}
