"""The stand-in for AWS on one machine: moto in this process, kept on disk, behind the same URLs as in the cloud.

- `standin`      everything wired together; what `python -m infra.local` and the tests start
- `patches/`     what moto 5.2.5 lacks, one small function each
- `backends`     the way to moto's own objects
- `sequence`     one AWS request after the other, and who is told about each
- `store`        the durable store: SQLite and blob files; knows nothing of moto
- `codecs`       moto's objects as plain JSON, and back
- `persistence`  moto → store before each answer; store → moto at the start
- `stacks`       the resources, created from the same template as in the cloud
- `functions`    Lambda's Invoke, answered by the application's handlers in this process
- `executions`   Step Functions: resumed after a crash, their failures told to the application
- `schedules`    when a schedule is due
- `events`       schedules and queues
- `logs`         the subscription of the invocation log
- `gateway`      API Gateway: routes, events, limits and its own answers
- `console`      the console's files and `config.json`
- `server`       the HTTP server in front of both
- `endpoint`     the loopback AWS endpoint for other processes
- `environment`  the process environment of local mode
- `bootstrap`    the first key; `seed` the demo integration
"""
