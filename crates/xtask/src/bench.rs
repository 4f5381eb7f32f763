//! `cargo xtask bench`: requests per second of the API on both databases, beside what PostgreSQL does alone.

mod baseline;
mod capture;
mod client;
mod connection;
mod cpu;
mod data;
mod ledger;
mod load;
mod scripts;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};

use self::{
    client::Client,
    connection::{Connection, Request},
    cpu::Programs,
    data::Data,
    load::Figures,
};
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
    /// Measure this binary instead of building one, to compare two versions
    #[arg(long)]
    server: Option<PathBuf>,
    /// Compare ledgers of so many movements each on PostgreSQL instead: 10000,1000000
    #[arg(long, value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..))]
    movements: Vec<u32>,
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
    let binary = binary(paths, args)?;
    let folder = tempfile::Builder::new().prefix("parvis-bench-").tempdir()?;
    if !args.movements.is_empty() {
        let cluster = Cluster::start(Durability::Full)?;
        let start =
            |cluster: &Cluster, url: &str| Bench::start(&binary, folder.path(), url.to_owned(), Some(cluster), args);
        return ledger::run(&args.movements, args.time(), start, &cluster);
    }
    println!("SQLite");
    let url = format!("sqlite://{}", folder.path().join("parvis.db").display());
    let sqlite = Bench::start(&binary, folder.path(), url, None, args)?.measure_all()?;
    println!("PostgreSQL");
    let cluster = Cluster::start(Durability::Full)?;
    let url = cluster.create_database("parvis")?;
    let bench = Bench::start(&binary, folder.path(), url.clone(), Some(&cluster), args)?;
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

/// The server to measure, built where none is named.
fn binary(paths: &Paths, args: &Args) -> Result<PathBuf> {
    if let Some(named) = &args.server {
        return Ok(named.clone());
    }
    println!("building the server");
    server::build(paths, Profile::Release)?;
    Ok(server::binary(paths, Profile::Release))
}

/// A server with data on one of the databases.
struct Bench {
    client: Client,
    data: Data,
    connections: usize,
    time: Duration,
    programs: Programs,
    host: String,
    _server: Server,
}

impl Bench {
    fn start(
        binary: &Path,
        folder: &Path,
        database_url: String,
        cluster: Option<&Cluster>,
        args: &Args,
    ) -> Result<Self> {
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
            programs: Programs {
                server: server.id(),
                database: cluster.map(Cluster::id),
            },
            host: listen.to_string(),
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
        let open = |number| Connection::open(&self.host, self.request(case, number)?);
        load::measure(
            self.connections,
            self.time,
            || self.programs.spent(),
            open,
            Connection::send,
        )
    }

    /// The request that the connection of this number sends.
    fn request(&self, case: Case, number: usize) -> Result<Request> {
        let (path, body) = match case {
            Case::List => ("/programmes?limit=50".to_owned(), None),
            Case::One => (format!("/programmes/{}", self.data.programme), None),
            Case::Balances => (format!("/budgets/{}/balances", self.data.budget), None),
            Case::Post => {
                let share = self.data.posts.get(number);
                let share = share.context("a connection has nothing to post to")?;
                (format!("/budgets/{}/movements", share.budget), Some(share.commitment()))
            }
        };
        let path = format!("/api/v1{path}");
        Ok(Request::new(&self.host, &path, self.client.bearer(), body.as_ref()))
    }

    /// What the server asks of PostgreSQL for one request, as a script for pgbench.
    fn script(&self, cluster: &Cluster, case: Case) -> Result<String> {
        let mut connection = Connection::open(&self.host, self.request(case, 0)?)?;
        let log = cluster.record(|| connection.send())?;
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
    println!("\nprocessor time of a request in µs: server, client, database");
    for ((case, sqlite), postgres) in Case::ALL.iter().zip(sqlite).zip(postgres) {
        println!("{:<26}{:>28}{:>28}", case.name(), cost(sqlite), cost(postgres));
    }
}

fn cost(figures: &Figures) -> String {
    let cpu = figures.cpu;
    format!(
        "{}  {}  {}",
        cpu.server.as_micros(),
        cpu.client.as_micros(),
        cpu.database.as_micros()
    )
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
