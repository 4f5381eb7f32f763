//! The page that loads the app: the template of the front end with the names of the built files.

use anyhow::{Context, Result, ensure};

/// Where the template wants the links to the built files.
const MARK: &str = "<!-- parvis:assets -->";

/// Puts the style sheet, the preloads and the boot script in the place of the template's mark. Nothing inline: the
/// content security policy allows scripts and styles from the server's own files only.
///
/// # Errors
/// When the template has not exactly one mark.
pub fn with_assets(template: &str, assets: &str, wasm: &str) -> Result<String> {
    let (before, after) = template
        .split_once(MARK)
        .with_context(|| format!("frontend/index.html has no {MARK}"))?;
    ensure!(!after.contains(MARK), "frontend/index.html has {MARK} twice");
    let links = [
        format!(r#"<link rel="stylesheet" href="{assets}/styles.css">"#),
        format!(r#"<link rel="preload" href="{assets}/{wasm}" as="fetch" type="application/wasm" crossorigin>"#),
        format!(r#"<link rel="modulepreload" href="{assets}/parvis.js">"#),
        format!(r#"<script type="module" src="{assets}/boot.js"></script>"#),
    ];
    Ok([before, &links.join("\n    "), after].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_stand_in_the_place_of_the_mark() {
        let template = format!("<head><title>P</title>{MARK}</head><body></body>");
        let page = with_assets(&template, "/assets/12", "p.wasm").unwrap();
        assert!(page.starts_with("<head><title>P</title><link") && page.ends_with("</script></head><body></body>"));
        assert!(page.contains(r#"src="/assets/12/boot.js""#) && page.contains("/assets/12/p.wasm"));
        assert!(!page.contains(MARK));
    }

    #[test]
    fn template_without_a_mark_or_with_two_is_refused() {
        assert!(with_assets("<p>", "/a", "w").is_err());
        assert!(with_assets(&MARK.repeat(2), "/a", "w").is_err());
    }
}
