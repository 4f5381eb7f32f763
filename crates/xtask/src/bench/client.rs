//! A client of the API: what prepares a measurement.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use ureq::{Agent, Body, http::Response};

/// Longer than any request of a measurement takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Signed in, with a connection that stays open.
pub struct Client {
    agent: Agent,
    base: String,
    bearer: String,
    user: String,
}

impl Client {
    /// Signs in.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn sign_in(server: &str, email: &str, password: &str) -> Result<Self> {
        let mut client = Self {
            agent: agent(),
            base: format!("{server}/api/v1"),
            bearer: String::new(),
            user: String::new(),
        };
        let answer = client.post("/auth/login", &json!({"email": email, "password": password}))?;
        let token = answer
            .pointer("/access_token")
            .and_then(Value::as_str)
            .context("no access token")?;
        client.bearer = format!("Bearer {token}");
        let user = answer.pointer("/user/id").and_then(Value::as_str).context("no user")?;
        client.user = user.to_owned();
        Ok(client)
    }

    /// What the header `Authorization` holds.
    pub fn bearer(&self) -> &str {
        &self.bearer
    }

    /// Id of the caller.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// # Errors
    /// When the answer is not 2xx.
    pub fn get(&self, path: &str) -> Result<Vec<u8>> {
        let request = self.agent.get(self.url(path)).header("Authorization", &self.bearer);
        body(request.call(), path)
    }

    /// # Errors
    /// When the answer is not 2xx with JSON.
    pub fn post(&self, path: &str, body_to_send: &Value) -> Result<Value> {
        let mut request = self.agent.post(self.url(path));
        if !self.bearer.is_empty() {
            request = request.header("Authorization", &self.bearer);
        }
        let answer = body(request.send_json(body_to_send), path)?;
        serde_json::from_slice(&answer).with_context(|| format!("{path} did not answer in JSON"))
    }

    /// Creates something and returns its id.
    ///
    /// # Errors
    /// When the answer is not 2xx with an id.
    pub fn create(&self, path: &str, content: &Value) -> Result<String> {
        let answer = self.post(path, content)?;
        answer
            .pointer("/id")
            .and_then(Value::as_str)
            .map(str::to_owned)
            .with_context(|| format!("{path}: no id"))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

fn agent() -> Agent {
    Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        .build()
        .into()
}

fn body(answer: Result<Response<Body>, ureq::Error>, path: &str) -> Result<Vec<u8>> {
    let mut answer = answer.with_context(|| format!("no answer from {path}"))?;
    let bytes = answer.body_mut().read_to_vec()?;
    if !answer.status().is_success() {
        bail!(
            "{path} answered {}: {}",
            answer.status(),
            String::from_utf8_lossy(&bytes)
        );
    }
    Ok(bytes)
}
