//! One pipeline for every operation: who calls, one hop to the database, the answer.

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::http::{Method, header};
use actix_web::web::{self, Data};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use parvis_domain::accounts::{Caller, Operation, Scope, View};
use parvis_domain::ids::{ProgrammeId, SessionId};
use parvis_domain::{Code, DomainError, Faults};
use parvis_store::accounts::{User, get_actor, get_user};
use parvis_store::programmes::{ProgrammeContext, get_programme_context};
use parvis_store::{Conn, Stamp, StoreError, StoreResult};

use uuid::Uuid;

use super::address;
use super::answer::Reply;
use super::body::Body;
use super::error::ApiError;
use super::etag::IfMatch;
use super::idempotency;
use super::page::{Listing, Sorts};
use super::query::ListQuery;
use crate::state::AppState;
use crate::tokens::{self, Bearer};

/// What a handler gives.
pub type Answer = Result<HttpResponse, ApiError>;

/// One request, before its body.
#[derive(Clone)]
pub struct Context {
    /// What all requests share.
    pub state: Data<AppState>,
    /// What this one says of itself.
    pub facts: Facts,
}

/// What a request says of itself.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Its method.
    pub method: Method,
    /// Its path.
    pub path: String,
    /// Its query, as it came.
    pub query: String,
    /// Whose token came with it, or why that token is refused.
    pub bearer: Result<Option<Bearer>, ApiError>,
    /// The version that the client means to change.
    pub if_match: Option<IfMatch>,
    /// The tags that the client has.
    pub if_none_match: Option<String>,
    /// The key under which it may come again.
    pub key: Option<String>,
    /// The address of the client.
    pub address: IpAddr,
    /// What the client calls itself, cut short.
    pub user_agent: Option<String>,
    /// The languages that the reader wants, the best first.
    pub languages: Vec<String>,
}

/// The hop to the database: a connection, who calls, and when.
pub struct Hop<'a> {
    /// The connection; for writing, within one transaction.
    pub conn: &'a mut Conn,
    /// Who calls, as the database knows it now.
    pub caller: Caller,
    /// The session, where somebody is signed in.
    pub session: Option<SessionId>,
    /// When, by whom, and the source of identifiers.
    pub stamp: Stamp<'a>,
    /// What is done.
    pub operation: Operation,
    /// What the request says of itself.
    pub facts: &'a Facts,
    /// What all requests share.
    pub state: &'a AppState,
}

impl FromRequest for Context {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(state) = request.app_data::<Data<AppState>>() else {
            return ready(Err(ApiError::internal("the application has no state")));
        };
        ready(facts(request, state).map(|facts| Self {
            state: state.clone(),
            facts,
        }))
    }
}

fn facts(request: &HttpRequest, state: &AppState) -> Result<Facts, ApiError> {
    let headers = request.headers();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    Ok(Facts {
        method: request.method().clone(),
        path: request.path().to_owned(),
        query: request.query_string().to_owned(),
        bearer: bearer(request, state),
        if_match: IfMatch::read(headers)?,
        if_none_match: text(header::IF_NONE_MATCH).map(str::to_owned),
        key: idempotency::read(headers)?,
        address: address::client(request, &state.config.trusted_proxies),
        user_agent: text(header::USER_AGENT).map(|agent| agent.chars().take(200).collect()),
        languages: languages(text(header::ACCEPT_LANGUAGE).unwrap_or_default()),
    })
}

/// The tags of `Accept-Language` by their weight.
fn languages(value: &str) -> Vec<String> {
    let mut weighed: Vec<(f32, &str)> = value
        .split(',')
        .take(20)
        .filter_map(|part| {
            let (tag, weight) = part.split_once(";q=").unwrap_or((part, "1"));
            Some((weight.trim().parse::<f32>().ok()?, tag.trim()))
        })
        .filter(|(weight, tag)| *weight > 0.0 && !tag.is_empty() && *tag != "*")
        .collect();
    weighed.sort_by(|a, b| b.0.total_cmp(&a.0));
    weighed.into_iter().map(|(_, tag)| tag.to_owned()).collect()
}

/// A token that is there and not valid is refused, also where none would be needed: its owner would be surprised to be
/// treated as a stranger.
fn bearer(request: &HttpRequest, state: &AppState) -> Result<Option<Bearer>, ApiError> {
    let Some(value) = request.headers().get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .ok_or_else(tokens::invalid)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(tokens::invalid());
    }
    let now = (state.clock)();
    let good = state
        .checked
        .verify(&state.keys, &state.config.public_url, token.trim(), now);
    good.map(Some)
}

impl Context {
    /// Runs an operation that only reads.
    ///
    /// # Errors
    /// Those of `work`, and what stands in the way of it.
    pub async fn read<F>(self, operation: Operation, work: F) -> Answer
    where
        F: FnOnce(&mut Hop<'_>) -> StoreResult<Reply> + Send + 'static,
    {
        let if_none_match = self.facts.if_none_match.clone();
        let (reply, cache) = self.run(operation, work).await?;
        Ok(reply.into_response(cache, if_none_match.as_deref()))
    }

    /// Runs an operation that only reads, whatever it gives, with the value of `Cache-Control` for its answer.
    ///
    /// # Errors
    /// As [`Context::read`].
    pub async fn run<T, F>(self, operation: Operation, work: F) -> Result<(T, &'static str), ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Hop<'_>) -> StoreResult<T> + Send + 'static,
    {
        let bearer = self.facts.bearer.clone()?;
        let (state, shared, facts) = (self.state.clone(), self.state, self.facts);
        let given = blocking(&shared, move || {
            state
                .store
                .read(|conn| work(&mut hop(conn, &state, &facts, operation, bearer)?))
        });
        Ok((given.await?, cache(bearer)))
    }

    /// Runs an operation that writes, in one transaction. `work` may run again after a conflict with another one. A
    /// POST that came before under the same key gets the same answer.
    ///
    /// # Errors
    /// Those of `work`, and what stands in the way of it.
    pub async fn write<T, F>(self, operation: Operation, body: Body<T>, work: F) -> Answer
    where
        T: Send + 'static,
        F: Fn(&mut Hop<'_>, &T) -> StoreResult<Reply> + Send + 'static,
    {
        let Body { value, hash } = body;
        self.transact(operation, hash, move |hop| work(hop, &value)).await
    }

    /// Runs an operation that writes and has no body.
    ///
    /// # Errors
    /// As [`Context::write`].
    pub async fn act<F>(self, operation: Operation, work: F) -> Answer
    where
        F: Fn(&mut Hop<'_>) -> StoreResult<Reply> + Send + 'static,
    {
        self.transact(operation, [0; 32], work).await
    }

    /// Runs a part of an operation that writes, whatever it gives, in a transaction of its own: one of several, because
    /// something leaves the process in between. It is not kept for a repeated request.
    ///
    /// # Errors
    /// As [`Context::write`].
    pub async fn commit<T, F>(self, operation: Operation, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: Fn(&mut Hop<'_>) -> StoreResult<T> + Send + 'static,
    {
        let bearer = self.facts.bearer.clone()?;
        let (state, shared, facts) = (self.state.clone(), self.state, self.facts);
        let done = blocking(&shared, move || {
            state
                .store
                .write(|conn| work(&mut hop(conn, &state, &facts, operation, bearer)?))
        });
        done.await
    }

    /// Runs an operation that writes, whose body was read elsewhere and has this SHA-256.
    ///
    /// # Errors
    /// As [`Context::write`].
    pub async fn keyed<F>(self, operation: Operation, hash: [u8; 32], work: F) -> Answer
    where
        F: Fn(&mut Hop<'_>) -> StoreResult<Reply> + Send + 'static,
    {
        self.transact(operation, hash, work).await
    }

    async fn transact<F>(self, operation: Operation, hash: [u8; 32], work: F) -> Answer
    where
        F: Fn(&mut Hop<'_>) -> StoreResult<Reply> + Send + 'static,
    {
        let bearer = self.facts.bearer.clone()?;
        let (state, shared, facts) = (self.state.clone(), self.state, self.facts);
        let reply = blocking(&shared, move || {
            state
                .store
                .write(|conn| once(&mut hop(conn, &state, &facts, operation, bearer)?, &hash, &work))
        });
        Ok(reply.await?.into_response(cache(bearer), None))
    }

    /// Reads the parameters that every list has.
    ///
    /// # Errors
    /// Those of [`Listing::read`].
    pub fn listing<S: Copy>(
        &self,
        query: &impl ListQuery,
        sorts: &Sorts<S>,
        default: &str,
    ) -> Result<Listing<S>, ApiError> {
        let at = (
            self.state.instance(),
            self.facts.path.as_str(),
            self.facts.query.as_str(),
        );
        Listing::read(query, sorts, default, at).map_err(unreadable)
    }
}

/// Parameters are read or not read: several faults are still a request that cannot be read.
fn unreadable(faults: Faults) -> ApiError {
    match faults.0.len() {
        1 => faults.into(),
        n => DomainError {
            code: Code::ParameterInvalid,
            detail: format!("{n} parameters cannot be read."),
            faults,
        }
        .into(),
    }
}

/// Answers from what is kept under the key, or does the work and keeps its answer.
fn once(hop: &mut Hop<'_>, hash: &[u8; 32], work: &impl Fn(&mut Hop<'_>) -> StoreResult<Reply>) -> StoreResult<Reply> {
    let keyed = hop.facts.method == Method::POST && idempotency::applies(hop.operation);
    let Some(key) = hop.facts.key.as_deref().filter(|_| keyed) else {
        return work(hop);
    };
    let key = idempotency::key_of(&hop.caller, hop.operation, &hop.facts.path, key)?;
    if let Some(kept) = idempotency::begin(hop.conn, &key, hash, &hop.stamp)? {
        return Ok(kept);
    }
    let reply = work(hop)?;
    idempotency::finish(hop.conn, &key, &reply)?;
    Ok(reply)
}

fn hop<'a>(
    conn: &'a mut Conn,
    state: &'a AppState,
    facts: &'a Facts,
    operation: Operation,
    bearer: Option<Bearer>,
) -> StoreResult<Hop<'a>> {
    let caller = match bearer {
        Some(bearer) => {
            let actor = get_actor(conn, bearer.session)?.filter(|actor| actor.user == bearer.user);
            Caller::Actor(actor.ok_or_else(|| tokens::invalid().error)?)
        }
        None => Caller::Stranger,
    };
    let stamp = Stamp::new((state.clock)(), caller.user(), &*state.ids);
    Ok(Hop {
        conn,
        caller,
        session: bearer.map(|bearer| bearer.session),
        stamp,
        operation,
        facts,
        state,
    })
}

/// Runs work that blocks on the pool for it. When too much is waiting already, it is refused at once.
///
/// # Errors
/// Those of the work; `unavailable` when too much is waiting.
pub async fn blocking<T: Send + 'static>(
    state: &Data<AppState>,
    work: impl FnOnce() -> StoreResult<T> + Send + 'static,
) -> Result<T, ApiError> {
    let busy =
        |_| ApiError::unavailable("Too many requests wait for the database; try again in a moment.").retry_after(1);
    let permit = state.queue.clone().try_acquire_owned().map_err(busy)?;
    let answer = web::block(move || {
        let _held_until_done = permit;
        work()
    });
    Ok(answer.await.map_err(ApiError::internal)??)
}

fn cache(bearer: Option<Bearer>) -> &'static str {
    if bearer.is_some() {
        "private, no-cache"
    } else {
        "no-cache"
    }
}

impl Hop<'_> {
    /// The account and the session of the caller.
    ///
    /// # Errors
    /// `authentication_required` for a stranger.
    pub fn account(&mut self) -> StoreResult<(User, SessionId)> {
        let missing = || DomainError::new(Code::AuthenticationRequired, "Sign in, or send a bearer token.");
        let (user, session) = self.caller.user().zip(self.session).ok_or_else(missing)?;
        Ok((get_user(self.conn, user)?, session))
    }

    /// Allows the operation on the platform or refuses it.
    ///
    /// # Errors
    /// As [`Caller::authorise`].
    pub fn platform(&self) -> StoreResult<View> {
        Ok(self.caller.authorise(self.operation, Scope::Platform)?)
    }

    /// Allows the operation in a programme or refuses it, and gives what the rules of its parts ask of it.
    ///
    /// # Errors
    /// As [`Caller::authorise`]; `not_found` for a programme that does not exist.
    pub fn programme(&mut self, id: ProgrammeId) -> StoreResult<(ProgrammeContext, View)> {
        let programme = get_programme_context(self.conn, id)?;
        let view = self.caller.authorise(self.operation, programme.scope())?;
        Ok((programme, view))
    }

    /// Allows the operation on an item of a programme, which was looked for. One that does not exist takes the same
    /// statements as one that may not be seen, so that nobody learns from the time which of the two it is.
    ///
    /// # Errors
    /// As [`Hop::programme`], and `not_found` for what does not exist.
    pub fn item<T>(
        &mut self,
        found: StoreResult<T>,
        programme: impl Fn(&T) -> Option<ProgrammeId>,
    ) -> StoreResult<(T, ProgrammeContext, View)> {
        let item = match found {
            Err(StoreError::NotFound) => None,
            found => Some(found?),
        };
        let id = item.as_ref().and_then(programme).unwrap_or(ProgrammeId(Uuid::nil()));
        let (programme, view) = self.programme(id)?;
        Ok((item.ok_or(StoreError::NotFound)?, programme, view))
    }

    /// Compares the version that the client read with the current one: PATCH and DELETE must name it, a POST may.
    ///
    /// # Errors
    /// `if_match_required` or `version_stale`.
    pub fn expect_version(&self, current: i64) -> StoreResult<()> {
        match &self.facts.if_match {
            Some(if_match) => Ok(if_match.check(current)?),
            None if matches!(self.facts.method, Method::PATCH | Method::DELETE) => {
                let detail = "Send If-Match with the ETag that you read, so that nobody's changes are overwritten.";
                Err(StoreError::Domain(DomainError::new(Code::IfMatchRequired, detail)))
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_ordered_by_their_weight() {
        assert_eq!(languages("en;q=0.5, fr-CA, *;q=0.1, es;q=0"), ["fr-CA", "en"]);
        assert!(languages("").is_empty());
    }
}
