//! An HTTP client that says what went wrong.

use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderMap, Method, Request};

/// Somebody who calls the API: with an access token, or without.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    base: String,
    token: Option<String>,
}

/// What is sent.
#[derive(Clone, Debug)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// Path below the server's address, with its query.
    pub path: String,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// The body as it goes over the line.
    pub body: Option<String>,
    /// The body of a file, in place of the other one.
    pub file: Option<Vec<u8>>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was asked, for messages.
    pub asked: String,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// The body as text.
    pub text: String,
}

impl Call {
    /// A request without a body. A path that does not start at the root lies below `/api/v1`.
    pub fn new(method: Method, path: &str) -> Self {
        let path = if path.starts_with("/api/") || path.starts_with("/health") || path.starts_with("/.") {
            path.to_owned()
        } else {
            format!("/api/v1{path}")
        };
        Self {
            method,
            path,
            headers: Vec::new(),
            body: None,
            file: None,
        }
    }

    /// Adds a JSON body; a PATCH is a merge patch.
    pub fn json(self, body: &Value) -> Self {
        let media = if self.method == Method::PATCH {
            "application/merge-patch+json"
        } else {
            "application/json"
        };
        self.text(media, body.to_string())
    }

    /// Adds a body of any type.
    pub fn text(mut self, media: &str, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self.header("content-type", media)
    }

    /// Adds the content of a file.
    pub fn file(mut self, media: &str, content: &[u8]) -> Self {
        self.file = Some(content.to_vec());
        self.header("content-type", media)
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a header where there is a value.
    pub fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.header(name, value),
            None => self,
        }
    }
}

impl Client {
    /// A stranger at this address.
    pub fn new(base: &str) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .max_idle_connections_per_host(1)
            // Shorter than the server keeps a connection: a connection that is about to close is not used again.
            .max_idle_age(Duration::from_secs(2))
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .into();
        Self {
            agent,
            base: base.to_owned(),
            token: None,
        }
    }

    /// The same address with an access token, on a connection of its own.
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..Self::new(&self.base)
        }
    }

    /// The server's address, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The access token.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Sends, and says why nothing came back where that is so.
    pub fn try_send(&self, call: &Call) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(format!("{}{}", self.base, call.path));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        let mut response = match (&call.file, &call.body) {
            (Some(file), _) => self.agent.run(request.body(file.clone())?)?,
            (None, Some(body)) => self.agent.run(request.body(body.clone())?)?,
            (None, None) => self.agent.run(request.body(())?)?,
        };
        let body = response.body_mut().with_config().limit(64 << 20).read_to_vec()?;
        Ok(Answer {
            asked: format!(
                "{} {} {}",
                call.method,
                call.path,
                call.body.as_deref().unwrap_or_default()
            ),
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: String::from_utf8_lossy(&body).into_owned(),
            body,
        })
    }

    /// Sends.
    ///
    /// # Panics
    /// Where nothing comes back.
    pub fn send(&self, call: &Call) -> Answer {
        self.try_send(call)
            .unwrap_or_else(|error| panic!("{} {}: {error}", call.method, call.path))
    }

    /// GET.
    pub fn get(&self, path: &str) -> Answer {
        self.send(&Call::new(Method::GET, path))
    }

    /// POST of a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(&Call::new(Method::POST, path).json(body))
    }

    /// POST under a key that makes it repeatable.
    pub fn post_with_key(&self, path: &str, body: &Value, key: &str) -> Answer {
        self.send(&Call::new(Method::POST, path).json(body).header("idempotency-key", key))
    }

    /// PATCH of the version that the tag names.
    pub fn patch(&self, path: &str, etag: &str, body: &Value) -> Answer {
        self.send(&Call::new(Method::PATCH, path).json(body).header("if-match", etag))
    }

    /// DELETE of the version that the tag names.
    pub fn delete(&self, path: &str, etag: &str) -> Answer {
        self.send(&Call::new(Method::DELETE, path).header("if-match", etag))
    }

    /// Every item of a list, page by page.
    pub fn all(&self, path: &str, limit: usize) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let mut at = format!("{path}{joint}limit={limit}");
            if let Some(cursor) = &cursor {
                at.push_str(&format!("&cursor={cursor}"));
            }
            let page = self.get(&at).ok();
            let page_items = page["items"].as_array().expect("a list has items");
            assert!(page_items.len() <= limit, "{at} gave {} items", page_items.len());
            items.extend(page_items.iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return items,
            }
            assert!(items.len() < 100_000, "{path} does not end");
        }
    }
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    /// Where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{} → {}: {error} in {:?}", self.asked, self.status, self.text))
    }

    /// The body of an answer that must be a success.
    ///
    /// # Panics
    /// Where it is none.
    pub fn ok(&self) -> Value {
        assert!(
            (200..300).contains(&self.status),
            "{} → {} {}",
            self.asked,
            self.status,
            self.text
        );
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// The id of what was made.
    pub fn id(&self) -> String {
        self.ok()["id"].as_str().expect("an item has an id").to_owned()
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The tag of the item.
    ///
    /// # Panics
    /// Where there is none.
    pub fn etag(&self) -> String {
        let tag = self.header("etag");
        tag.unwrap_or_else(|| panic!("{} → {} has no ETag: {}", self.asked, self.status, self.text))
            .to_owned()
    }

    /// The code of a problem, empty for what is none.
    pub fn code(&self) -> String {
        let body: Value = serde_json::from_str(&self.text).unwrap_or_default();
        body["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Checks that this is the problem of the code, in full (RFC 9457), and returns it.
    ///
    /// # Panics
    /// Where it is another answer.
    pub fn refused(&self, status: u16, code: &str) -> Value {
        assert_eq!(
            (self.status, self.code().as_str()),
            (status, code),
            "{} → {} {}",
            self.asked,
            self.status,
            self.text
        );
        self.problem()
    }

    /// Checks that this is a problem as all problems are, and returns it.
    ///
    /// # Panics
    /// Where it is not.
    pub fn problem(&self) -> Value {
        let media = self.header("content-type").unwrap_or_default();
        assert!(
            media.starts_with("application/problem+json"),
            "{} → {} {media} {}",
            self.asked,
            self.status,
            self.text
        );
        let problem = self.json();
        let code = problem["code"].as_str().expect("a problem has a code");
        assert!(
            parvis_domain::Code::parse(code).is_some(),
            "{code} is not of the closed list"
        );
        assert_eq!(problem["status"], self.status, "{problem}");
        let kind = problem["type"].as_str().expect("a problem has a type");
        assert!(kind.ends_with(&format!("#{code}")), "{kind}");
        for name in ["title", "detail", "instance"] {
            let text = problem[name].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "{name} is missing in {problem}");
        }
        for error in problem["errors"].as_array().expect("a problem has errors") {
            assert!(
                error["pointer"].is_string() && error["code"].is_string() && error["detail"].is_string(),
                "{error}"
            );
        }
        problem
    }

    /// The pointers of a problem, each with its code.
    pub fn faults(&self) -> Vec<(String, String)> {
        let problem = self.problem();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        errors
            .iter()
            .map(|error| (text(&error["pointer"]), text(&error["code"])))
            .collect()
    }
}
