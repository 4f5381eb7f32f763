//! The few things that are asked of the browser directly.

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue, closure::Closure};
use uuid::Uuid;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlElement, HtmlInputElement, Storage, Url};

/// The page's lasting storage, where the browser grants it.
fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// A value that was remembered on this device.
pub fn remembered(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Remembers a value on this device, or forgets it. Nothing happens where storage is refused.
pub fn remember(key: &str, value: Option<&str>) {
    let Some(storage) = storage() else { return };
    let _ = match value {
        Some(value) => storage.set_item(key, value),
        None => storage.remove_item(key),
    };
}

/// Sixteen random bytes as an identifier, or the nil identifier where the browser has no source of them.
pub fn random_id() -> Uuid {
    let mut bytes = [0_u8; 16];
    match window()
        .crypto()
        .ok()
        .and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).ok())
    {
        Some(_) => uuid::Builder::from_random_bytes(bytes).into_uuid(),
        None => Uuid::nil(),
    }
}

/// Sets or removes an attribute of the root element.
pub fn root_attribute(name: &str, value: Option<&str>) {
    let Some(root) = document().document_element() else {
        return;
    };
    let _ = match value {
        Some(value) => root.set_attribute(name, value),
        None => root.remove_attribute(name),
    };
}

/// Moves the focus to the first element that matches, after the page has been drawn.
pub fn focus_soon(selector: &'static str) {
    request_animation_frame(move || {
        if let Some(element) = document().query_selector(selector).ok().flatten()
            && let Some(element) = element.dyn_ref::<HtmlElement>()
        {
            let _ = element.focus();
        }
    });
}

/// Runs a task while no other tab of this app runs one of the same name. Where the browser knows no locks, it simply
/// runs.
pub async fn exclusively<F: Future<Output = ()> + 'static>(name: &str, task: F) {
    let locks = Reflect::get(&window().navigator(), &JsValue::from_str("locks")).unwrap_or(JsValue::UNDEFINED);
    let request = Reflect::get(&locks, &JsValue::from_str("request"))
        .ok()
        .and_then(|f| f.dyn_into::<Function>().ok());
    let Some(request) = request else { return task.await };
    let run = Closure::once_into_js(move |_lock: JsValue| -> Promise {
        wasm_bindgen_futures::future_to_promise(async move {
            task.await;
            Ok(JsValue::UNDEFINED)
        })
    });
    if let Ok(promise) = request.call2(&locks, &JsValue::from_str(name), &run) {
        let _ = JsFuture::from(promise.unchecked_into::<Promise>()).await;
    }
}

/// The language of the document, as the root element states it.
pub fn root_language() -> String {
    let root = document().document_element();
    root.and_then(|root| root.get_attribute("lang")).unwrap_or_default()
}

/// Hands a file to the reader, who keeps it under its name.
pub fn save(name: &str, bytes: &[u8]) {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let Some(address) = Blob::new_with_u8_array_sequence(&parts)
        .and_then(|blob| Url::create_object_url_with_blob(&blob))
        .ok()
    else {
        return;
    };
    if let Some(link) = document()
        .create_element("a")
        .ok()
        .and_then(|element| element.dyn_into::<HtmlElement>().ok())
    {
        let _ = link.set_attribute("href", &address);
        let _ = link.set_attribute("download", name);
        link.click();
    }
    let _ = Url::revoke_object_url(&address);
}

/// The bytes of a file that was chosen, in base64 (RFC 4648), as the API takes them.
pub async fn base64_of(file: &Blob) -> Option<String> {
    let buffer = JsFuture::from(file.array_buffer()).await.ok()?;
    let bytes = Uint8Array::new(&buffer).to_vec();
    let text: String = bytes.into_iter().map(char::from).collect();
    window().btoa(&text).ok()
}

/// An address of this page alone at which a content lies, under a type; none where the browser makes none.
pub fn address_of(bytes: &[u8], media: &str) -> Option<String> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence(&parts).ok()?;
    let typed = blob.slice_with_f64_and_f64_and_content_type(0.0, blob.size(), media);
    Url::create_object_url_with_blob(&typed.ok()?).ok()
}

/// Gives such an address up.
pub fn forget_address(address: &str) {
    let _ = Url::revoke_object_url(address);
}

/// The name and the SHA-256 of the first file that was chosen, in hexadecimal. The file does not leave the device.
///
/// Nothing where no file is chosen, or where the browser works out no digests, as on a page that came without TLS.
pub async fn chosen_file(input: HtmlInputElement) -> Option<(String, String)> {
    let part = |of: &JsValue, name: &str| Reflect::get(of, &JsValue::from_str(name)).ok();
    let file = part(&part(&input, "files")?, "0")?;
    let name = part(&file, "name")?.as_string()?;
    let content = JsFuture::from(file.dyn_into::<Blob>().ok()?.array_buffer())
        .await
        .ok()?;
    let subtle = part(window().crypto().ok()?.as_ref(), "subtle")?;
    let digest = part(&subtle, "digest")?.dyn_into::<Function>().ok()?;
    let promise = digest.call2(&subtle, &JsValue::from_str("SHA-256"), &content).ok()?;
    let hash = JsFuture::from(promise.unchecked_into::<Promise>()).await.ok()?;
    let hex = Uint8Array::new(&hash)
        .to_vec()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Some((name, hex))
}
