//! A conformance text, read into commands; `README.md` beside the texts describes the format.

/// One line of a text.
#[derive(Clone, Debug)]
pub struct Line {
    pub number: usize,
    pub command: Command,
}

#[derive(Clone, Debug)]
pub enum Command {
    /// `set NAME VALUE`: a setting, before the first connection.
    Set(String, String),
    /// `connect`
    Connect,
    /// `logon`: connect, and a Logon with number 1 from either side.
    Logon,
    /// `I FIELDS`: the peer sends a message.
    Input(Fields),
    /// `R BYTES`: the peer sends these bytes; `|` stands for SOH, `9=*` and `10=*` for
    /// the right BodyLength and CheckSum.
    Raw(String),
    /// `E FIELDS`: we expect a message.
    Expect(Fields),
    /// `D REASON`: we expect the connection to be closed.
    Closed(String),
    /// `A WHAT`: the application is told.
    Told(String),
    /// `wait SECONDS`
    Wait(f64),
    /// `utc SECONDS`: the clock is set forward or back.
    Utc(f64),
    /// `send FIELDS`: our application sends a message.
    Send(Fields),
    /// `logout TEXT`: our application logs out.
    Logout(String),
    /// `drop`: the connection is lost.
    Drop,
    /// `restart`: the process ends and starts again with its store.
    Restart,
    /// `crash FIELDS`: the peer sends a message, and the process ends before the application has
    /// dealt with it, and starts again with its store.
    Crash(Fields),
    /// `numbers IN OUT`: the numbers expected next.
    Numbers(u32, u32),
    /// `stall` and `flow`: the transport takes no more bytes, or takes all.
    Stall(bool),
}

pub type Fields = Vec<(u32, String)>;

/// A text and the roles in which it is run.
#[derive(Clone, Debug)]
pub struct Script {
    pub roles: Vec<String>,
    pub lines: Vec<Line>,
}

impl Script {
    /// Read a text; an error names the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut roles = Vec::new();
        let mut lines = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let number = at + 1;
            if let Some(list) = line.strip_prefix("roles ") {
                roles.extend(list.split(' ').map(str::to_owned));
                continue;
            }
            let command = command(line).map_err(|why| format!("{number}: {why}: {line}"))?;
            lines.push(Line { number, command });
        }
        let known = |role: &String| role == "acceptor" || role == "initiator";
        if roles.is_empty() || !roles.iter().all(known) {
            return Err("1: a text names its roles: roles acceptor initiator".into());
        }
        Ok(Self { roles, lines })
    }
}

fn command(line: &str) -> Result<Command, String> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let seconds = || {
        rest.parse::<f64>()
            .map_err(|_| "expected a number of seconds".to_owned())
    };
    Ok(match word {
        "set" => {
            let (name, value) = rest.split_once(' ').ok_or("expected set NAME VALUE")?;
            Command::Set(name.into(), value.into())
        }
        "connect" => Command::Connect,
        "logon" => Command::Logon,
        "I" => Command::Input(fields(rest)?),
        "R" => Command::Raw(rest.into()),
        "E" => Command::Expect(fields(rest)?),
        "D" => Command::Closed(rest.into()),
        "A" => Command::Told(rest.into()),
        "wait" => Command::Wait(seconds()?),
        "utc" => Command::Utc(seconds()?),
        "send" => Command::Send(fields(rest)?),
        "logout" => Command::Logout(rest.into()),
        "drop" => Command::Drop,
        "restart" => Command::Restart,
        "crash" => Command::Crash(fields(rest)?),
        "numbers" => {
            let numbers = rest.split_once(' ');
            let (next_in, next_out) = numbers.ok_or("expected numbers IN OUT")?;
            let number = |text: &str| text.parse().map_err(|_| "expected a number".to_owned());
            Command::Numbers(number(next_in)?, number(next_out)?)
        }
        "stall" => Command::Stall(true),
        "flow" => Command::Stall(false),
        _ => return Err("unknown command".into()),
    })
}

fn fields(text: &str) -> Result<Fields, String> {
    let field = |part: &str| {
        let (tag, value) = part.split_once('=').ok_or("expected TAG=VALUE|TAG=VALUE")?;
        let tag = tag.parse().map_err(|_| "a tag is a number")?;
        Ok((tag, value.to_owned()))
    };
    let fields: Result<Fields, String> = text.split('|').map(field).collect();
    let fields = fields?;
    match fields.first() {
        Some((35, _)) => Ok(fields),
        _ => Err("a message starts with its MsgType: 35=...".into()),
    }
}
