//! Programme templates: the five that come with Parvis, and those of its users.

use actix_web::{delete, get, patch, post};
use parvis_domain::accounts::{Operation, View};
use parvis_domain::ids::TemplateId;
use parvis_domain::templates::Template as Content;
use parvis_store::templates::{self as store, TemplateFilter, TemplateSort};
use parvis_wire::Page;
use parvis_wire::templates::{Template, TemplatePatch};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::page::Sorts;
use crate::http::query::{list_query, search};
use crate::http::{Answer, Body, Context, Id, Query, Reply};

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services.service(list_templates).service(create_template);
    services
        .service(get_template)
        .service(update_template)
        .service(archive_template);
}

list_query! {
    /// Filters of the list of templates.
    TemplateQuery, sort r"^-?(code)$" {
        /// Words that the code, title or summary holds.
        q: String,
        /// Those that came with Parvis, or only the others.
        built_in: bool,
    }
}

const SORTS: &Sorts<TemplateSort> = &[("code", TemplateSort::Code)];

/// List the templates
#[utoipa::path(tag = "templates", params(TemplateQuery), responses((status = 200, description = "A page of templates.", body = Page<Template>)))]
#[get("/api/v1/templates")]
pub async fn list_templates(ctx: Context, query: Query<TemplateQuery>) -> Answer {
    let listing = ctx.listing(&*query, SORTS, "code")?;
    let filter = TemplateFilter {
        q: search(query.q.as_deref())?,
        built_in: query.built_in,
    };
    ctx.read(Operation::ListTemplates, move |hop| {
        hop.platform()?;
        listing.reply(store::list_templates(hop.conn, &filter, &listing.request)?, wire)
    })
    .await
}

/// Read a template
#[utoipa::path(tag = "templates", responses((status = 200, description = "The template.", body = Template)))]
#[get("/api/v1/templates/{id}")]
pub async fn get_template(ctx: Context, id: Id<TemplateId>) -> Answer {
    ctx.read(Operation::GetTemplate, move |hop| {
        let view = hop.platform()?;
        let template = wire(store::get_template(hop.conn, id.0)?);
        Reply::item(&template, template.version, view)
    })
    .await
}

/// Add a template of one's own
#[utoipa::path(tag = "templates", request_body = Content, responses((status = 201, description = "Created.", body = Template)))]
#[post("/api/v1/templates")]
pub async fn create_template(ctx: Context, body: Body<Content>) -> Answer {
    ctx.write(Operation::CreateTemplate, body, |hop, new| {
        hop.platform()?;
        let template = wire(store::create_template(hop.conn, &hop.stamp, &new.check()?)?);
        Reply::created(
            format!("/api/v1/templates/{}", template.id),
            &template,
            template.version,
        )
    })
    .await
}

/// Change a template of one's own
///
/// Programmes that were made from it keep what they have.
#[utoipa::path(tag = "templates", request_body(content = TemplatePatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed template.", body = Template)))]
#[patch("/api/v1/templates/{id}")]
pub async fn update_template(ctx: Context, id: Id<TemplateId>, body: Body<TemplatePatch>) -> Answer {
    ctx.write(Operation::UpdateTemplate, body, move |hop, patch| {
        hop.platform()?;
        let before = store::get_template(hop.conn, id.0)?;
        hop.expect_version(before.version)?;
        let content = patch.clone().onto(before.content.clone())?.check()?;
        let template = wire(store::update_template(hop.conn, &hop.stamp, &before, &content)?);
        Reply::item(&template, template.version, View::Public)
    })
    .await
}

/// Withdraw a template of one's own
#[utoipa::path(tag = "templates", responses((status = 204, description = "It is withdrawn.")))]
#[delete("/api/v1/templates/{id}")]
pub async fn archive_template(ctx: Context, id: Id<TemplateId>) -> Answer {
    ctx.act(Operation::ArchiveTemplate, move |hop| {
        hop.platform()?;
        let before = store::get_template(hop.conn, id.0)?;
        hop.expect_version(before.version)?;
        store::archive_template(hop.conn, &hop.stamp, &before)?;
        Ok(Reply::none())
    })
    .await
}

fn wire(template: store::Template) -> Template {
    Template {
        id: template.id.0,
        built_in: template.built_in,
        content: template.content,
        created_at: template.created_at,
        archived_at: template.archived_at,
        version: template.version,
    }
}
