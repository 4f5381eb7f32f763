//! Files on their way up, with their progress.

use futures::channel::oneshot;
use leptos::prelude::{Callable, Callback};
use parvis_wire::documents::Upload;
use uuid::Uuid;
use wasm_bindgen::prelude::*;
use web_sys::{File, ProgressEvent, XmlHttpRequest};

use super::client::{self, BASE};
use super::{Answer, Failure, session};
use crate::{browser, json};

/// Sends a file to a programme, and says how much of it is there, in percent.
pub async fn create_upload(programme: Uuid, file: File, progress: Callback<u32>) -> Answer<Upload> {
    let path = format!("/programmes/{programme}/uploads");
    let url = format!("{BASE}{}", client::query(&path, &[("name", &file.name())]));
    let used = session::token();
    let first = send(&url, &file, used.as_deref(), progress).await;
    match &first {
        Err(failure) if failure.status == 401 && used.is_some() => {
            session::renew(used).await;
            send(&url, &file, session::token().as_deref(), progress).await
        }
        _ => first,
    }
}

/// Fetch tells nothing of how far a body has come, so this goes the older way.
async fn send(url: &str, file: &File, token: Option<&str>, progress: Callback<u32>) -> Answer<Upload> {
    let request = XmlHttpRequest::new().map_err(|_| Failure::offline())?;
    let (done, finished) = oneshot::channel();
    let told = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.length_computable() {
            progress.run(percent(event.loaded(), event.total()));
        }
    });
    // Whoever waits may have gone meanwhile.
    let ended = Closure::once(move || {
        let _ = done.send(());
    });
    begin(&request, url, file, token, (&told, &ended)).map_err(|_| Failure::offline())?;
    let _ = finished.await;
    request.set_onloadend(None);
    let status = request.status().unwrap_or(0);
    let text = request.response_text().ok().flatten().unwrap_or_default();
    match status {
        0 => Err(Failure::offline()),
        200..300 => json::read(&text).map_err(|_| Failure::unreadable(status)),
        status => Err(client::failure(status, &text)),
    }
}

type Listeners<'a> = (&'a Closure<dyn FnMut(ProgressEvent)>, &'a Closure<dyn FnMut()>);

fn begin(
    request: &XmlHttpRequest,
    url: &str,
    file: &File,
    token: Option<&str>,
    (told, ended): Listeners<'_>,
) -> Result<(), JsValue> {
    request.open("POST", url)?;
    request.set_request_header("Accept", "application/json, application/problem+json")?;
    request.set_request_header("Accept-Language", &browser::root_language())?;
    // The name and the content say what it is; what a system believes of it often is neither.
    request.set_request_header("Content-Type", "application/octet-stream")?;
    if let Some(token) = token {
        request.set_request_header("Authorization", &format!("Bearer {token}"))?;
    }
    request.upload()?.set_onprogress(Some(told.as_ref().unchecked_ref()));
    request.set_onloadend(Some(ended.as_ref().unchecked_ref()));
    request.send_with_opt_blob(Some(file))
}

fn percent(loaded: f64, total: f64) -> u32 {
    let (loaded, total) = (loaded as u64, (total as u64).max(1));
    u32::try_from(loaded.saturating_mul(100) / total)
        .unwrap_or(100)
        .min(100)
}
