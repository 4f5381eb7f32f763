//! `cargo xtask bench`: requests per second of the API on both databases, beside what PostgreSQL does alone.

mod baseline;
mod capture;
mod client;
mod data;
mod load;
mod scripts;

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result};

use self::{client::Client, data::Data, load::Figures};
use crate::{
    paths::Paths,
    postgres::{Cluster, Durability},
    server::{self, Profile, Server, Settings},
    tools::{self, Need},
};

const EMAIL: &str = "admin@demo.example";
/// All requests come from one address.
const NO_LIMIT: [(&str, &str); 1] = [("PARVIS_RATE_LIMIT", "0")];
const PASSWORD: &str = "Parvis-demo-1";

/// Options of `cargo xtask bench`.
#[derive(clap::Args)]
pub struct Args {
    /// Seconds per measurement
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Connections that send at the same time
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u8).range(1..=64))]
    connections: u8,
}

impl Args {
    fn time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

/// What is measured, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    List,
    One,
    Balances,
    Post,
}

impl Case {
    const ALL: [Case; 4] = [Case::List, Case::One, Case::Balances, Case::Post];

    fn name(self) -> &'static str {
        match self {
            Case::List => "list of 50 programmes",
            Case::One => "one programme",
            Case::Balances => "balances, 500 movements",
            Case::Post => "post of one movement",
        }
    }
}

/// One row of the table per case.
type Column = Vec<Figures>;

/// Measures and prints the table.
///
/// # Errors
/// When something does not build, start or answer.
pub fn run(paths: &Paths, args: &Args) -> Result<()> {
    tools::provide(&[Need::Postgresql])?;
    println!("building the server");
    server::build(paths, Profile::Release)?;
    let binary = server::binary(paths, Profile::Release);
    let folder = tempfile::Builder::new().prefix("parvis-bench-").tempdir()?;
    println!("SQLite");
    let url = format!("sqlite://{}", folder.path().join("parvis.db").display());
    let sqlite = Bench::start(&binary, folder.path(), url, args)?.measure_all()?;
    println!("PostgreSQL");
    let cluster = Cluster::start(Durability::Full)?;
    let url = cluster.create_database("parvis")?;
    let bench = Bench::start(&binary, folder.path(), url.clone(), args)?;
    let postgres = bench.measure_all()?;
    let scripts: Vec<String> = Case::ALL
        .iter()
        .map(|case| bench.script(&cluster, *case))
        .collect::<Result<_>>()?;
    drop(bench);
    println!("pgbench");
    let mut baseline = Column::new();
    for (case, script) in Case::ALL.iter().zip(&scripts) {
        println!("  {}", case.name());
        let figures = baseline::run(cluster.programs(), &url, script, args.connections.into(), args.time());
        baseline.push(figures.with_context(|| case.name())?);
    }
    report(&sqlite, &postgres, &baseline, args);
    Ok(())
}

/// A server with data on one of the databases.
struct Bench {
    client: Client,
    data: Data,
    connections: usize,
    time: Duration,
    _server: Server,
}

impl Bench {
    fn start(binary: &Path, folder: &Path, database_url: String, args: &Args) -> Result<Self> {
        let listen = server::free_address()?;
        let settings = Settings {
            database_url,
            listen,
            app: None,
            keys: folder.join("keys"),
            more: &NO_LIMIT,
        };
        fs::create_dir_all(&settings.keys)?;
        settings.migrate(binary)?;
        settings.load_demo(binary)?;
        let server = Server::start(&settings, binary, Some(&folder.join("server.log")))?;
        let client = Client::sign_in(server.url(), EMAIL, PASSWORD)?;
        let connections = args.connections.into();
        let data = data::create(&client, connections)?;
        Ok(Self {
            client,
            data,
            connections,
            time: args.time(),
            _server: server,
        })
    }

    fn measure_all(&self) -> Result<Column> {
        let measure = |case: Case| {
            println!("  {}", case.name());
            self.measure(case).with_context(|| case.name())
        };
        Case::ALL.into_iter().map(measure).collect()
    }

    fn measure(&self, case: Case) -> Result<Figures> {
        let open = |number: usize| (self.client.another(), number);
        load::measure(self.connections, self.time, open, |(client, number)| {
            self.request(case, client, *number)
        })
    }

    /// One request, as the connection of this number sends it.
    fn request(&self, case: Case, client: &Client, number: usize) -> Result<()> {
        let path = match case {
            Case::List => "/programmes?limit=50".to_owned(),
            Case::One => format!("/programmes/{}", self.data.programme),
            Case::Balances => format!("/budgets/{}/balances", self.data.budget),
            Case::Post => {
                let share = self
                    .data
                    .posts
                    .get(number)
                    .context("a connection has nothing to post to")?;
                return client
                    .post(&format!("/budgets/{}/movements", share.budget), &share.commitment())
                    .map(drop);
            }
        };
        client.get(&path).map(drop)
    }

    /// What the server asks of PostgreSQL for one request, as a script for pgbench.
    fn script(&self, cluster: &Cluster, case: Case) -> Result<String> {
        let log = cluster.record(|| self.request(case, &self.client, 0))?;
        scripts::script(&capture::statements(&log), &self.data).with_context(|| case.name())
    }
}

fn report(sqlite: &Column, postgres: &Column, baseline: &Column, args: &Args) {
    println!(
        "\n{} connections, {} s each; requests/s, p50 and p99 in ms",
        args.connections, args.seconds
    );
    println!(
        "{:<26}{:>28}{:>28}{:>28}{:>12}",
        "", "SQLite", "PostgreSQL", "pgbench", "share"
    );
    let rows = Case::ALL.iter().zip(sqlite).zip(postgres).zip(baseline);
    for (((case, sqlite), postgres), baseline) in rows {
        let share = 100.0 * postgres.per_second / baseline.per_second;
        let [sqlite, postgres, baseline] = [sqlite, postgres, baseline].map(shown);
        println!(
            "{:<26}{sqlite:>28}{postgres:>28}{baseline:>28}{share:>10.0} %",
            case.name()
        );
    }
    println!("share: PostgreSQL through the API, of the same statements through pgbench");
}

fn shown(figures: &Figures) -> String {
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    format!(
        "{:.0}  {:.1}  {:.1}",
        figures.per_second,
        ms(figures.p50),
        ms(figures.p99)
    )
}
