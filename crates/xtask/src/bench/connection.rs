//! A connection that sends one request again and again, at next to no cost: client, server and database share the
//! processors, so what the load generator takes is missing in the figures.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// Longer than any request of a measurement takes.
const PATIENCE: Duration = Duration::from_secs(30);
/// Room for the headers of an answer.
const HEADERS: usize = 64;

/// A request as it goes over the wire.
#[derive(Clone)]
pub struct Request(Vec<u8>);

impl Request {
    /// A request to `host`, which is a name or address with its port; with a body it is a POST.
    pub fn new(host: &str, path: &str, bearer: &str, body: Option<&Value>) -> Self {
        let method = if body.is_some() { "POST" } else { "GET" };
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: {bearer}\r\n");
        match body.map(Value::to_string) {
            Some(body) => {
                let length = body.len();
                text.push_str(&format!(
                    "content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
                ));
            }
            None => text.push_str("\r\n"),
        }
        Self(text.into_bytes())
    }
}

/// A connection with its request.
pub struct Connection {
    stream: TcpStream,
    request: Request,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects to `host`.
    ///
    /// # Errors
    /// When nothing listens there.
    pub fn open(host: &str, request: Request) -> Result<Self> {
        let stream = TcpStream::connect(host).with_context(|| format!("nothing answers at {host}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream,
            request,
            buffer: vec![0; 1 << 20],
        })
    }

    /// Sends the request and reads the whole answer.
    ///
    /// # Errors
    /// When it is not 2xx, does not say its length or does not come.
    pub fn send(&mut self) -> Result<()> {
        self.stream.write_all(&self.request.0)?;
        let mut filled = 0;
        loop {
            let free = self.buffer.get_mut(filled..).unwrap_or_default();
            let read = self.stream.read(free)?;
            ensure!(
                read > 0,
                "the server closed the connection, or sent more than is looked at"
            );
            filled += read;
            let got = self.buffer.get(..filled).unwrap_or_default();
            if let Some(length) = length(got)? {
                return self.rest(filled, length);
            }
        }
    }

    /// Reads what is missing of an answer of this length.
    fn rest(&mut self, filled: usize, length: usize) -> Result<()> {
        let rest = self
            .buffer
            .get_mut(filled..length)
            .context("the answer is longer than is looked at")?;
        Ok(self.stream.read_exact(rest)?)
    }
}

/// How long head and body of an answer are together, once its head is whole.
fn length(bytes: &[u8]) -> Result<Option<usize>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut answer = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = answer.parse(bytes)? else {
        return Ok(None);
    };
    let status = answer.code.unwrap_or_default();
    if !(200..300).contains(&status) {
        let body = bytes.get(head..).unwrap_or_default();
        bail!("answered {status}: {}", String::from_utf8_lossy(body));
    }
    let stated = answer
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"))
        .context("the answer does not say its length")?;
    let body: usize = std::str::from_utf8(stated.value)?.parse()?;
    Ok(Some(head + body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{io::BufRead, io::BufReader, net::TcpListener, thread};

    #[test]
    fn an_answer_is_read_to_its_end() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let server = thread::spawn(move || {
            let mut stream = BufReader::new(listener.accept().unwrap().0);
            for pieces in [
                &["HTTP/1.1 200 OK\r\nContent-", "Length: 5\r\n\r\nhe", "llo"][..],
                &["HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}"],
            ] {
                let lines: Vec<String> = stream
                    .by_ref()
                    .lines()
                    .map(Result::unwrap)
                    .take_while(|l| !l.is_empty())
                    .collect();
                assert_eq!(lines.first().unwrap(), "GET /x HTTP/1.1");
                for piece in pieces {
                    stream.get_mut().write_all(piece.as_bytes()).unwrap();
                    thread::sleep(Duration::from_millis(5));
                }
            }
        });
        let mut connection = Connection::open(&host, Request::new(&host, "/x", "Bearer t", None)).unwrap();
        connection.send().unwrap();
        assert_eq!(connection.send().unwrap_err().to_string(), "answered 404: {}");
        server.join().unwrap();
    }

    #[test]
    fn a_request_with_a_body_is_a_post() {
        let request = Request::new("h:1", "/x", "Bearer t", Some(&serde_json::json!({"a": 1})));
        let text = String::from_utf8(request.0).unwrap();
        assert!(
            text.starts_with("POST /x HTTP/1.1\r\n") && text.ends_with("content-length: 7\r\n\r\n{\"a\":1}"),
            "{text}"
        );
    }
}
