// Generated from /api/v1/openapi.json by `npm run generate`.
export interface paths {
    "/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Actions of all integrations, or of one, by name; with `q` those that answer it, the best first */
        get: operations["actions_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/actions/{integration}/{action}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One action, with a self-contained input schema; for keys with `registry:read` or `invoke` */
        get: operations["actions_get"];
        /** Write an action by hand, or replace one. Its schemas must be self-contained (`$defs` inside) */
        put: operations["actions_put"];
        /** Invoke the action: the body is its input, and nothing else */
        post: operations["invoking_run"];
        /** Delete an action */
        delete: operations["actions_delete"];
        options?: never;
        head?: never;
        /** Change an action by merge patch */
        patch: operations["actions_patch"];
        trace?: never;
    };
    "/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The workspace's keys, never the secrets */
        get: operations["keys_page"];
        put?: never;
        /** Make a key. The answer is the only place where it is ever shown */
        post: operations["keys_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api-keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One key, never its secret */
        get: operations["keys_get"];
        put?: never;
        post?: never;
        /** Revoke a key: refused everywhere within 30 s */
        delete: operations["keys_revoke"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who did what to which connection's credential, the latest first; never a value */
        get: operations["audit_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect-sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A link by which somebody connects an account, once, within an hour */
        post: operations["connect_sessions_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect-sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What became of it: `open`, `connected` or `expired`; the link is shown only once */
        get: operations["connect_sessions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/{session}/{secret}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The hosted page: which API, then its form. Opening it changes nothing */
        get: operations["connect_sessions_open_page"];
        put?: never;
        /** The page's form: a credential is sealed at once; for OAuth the browser goes on to the provider */
        post: operations["connect_sessions_submit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Connections of all integrations, or of one; never a secret. Under a `tag` or `status`, a page may be short */
        get: operations["connections_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connections/{integration}/{connection}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One connection; never its secret */
        get: operations["connections_get"];
        /** Connect, or replace what is connected. The credential is sealed at once and never shown again */
        put: operations["connections_put"];
        post?: never;
        /** Disconnect: the sealed credential is gone with its item, and revoked at the provider where that can be done */
        delete: operations["connections_delete"];
        options?: never;
        head?: never;
        /** Change settings or switch off and on. A credential that would travel elsewhere must be put again */
        patch: operations["connections_patch"];
        trace?: never;
    };
    "/connections/{integration}/{connection}/authorize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start OAuth: an address for the browser of the account's owner, good once, for ten minutes */
        post: operations["oauth_authorize_connection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connections/{integration}/{connection}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The connection's credential, sealed under the caller's key, for a backup. The audit says who took it */
        post: operations["transfers_export_connection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connections/{integration}/{connection}/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Connect with a credential from a backup: it is sealed under this workspace's keyring, and tried out */
        post: operations["transfers_import_connection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connections/{integration}/{connection}/reconnect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same for a connection that is there, which keeps its name and, unless told otherwise, its settings */
        post: operations["oauth_reconnect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connections/{integration}/{connection}/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Get new tokens now, whether or not they are due; the connection as it is then */
        post: operations["connections_refresh_now"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connections/{integration}/{connection}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make the integration's verification call, with the saved credential or with the one in the body */
        post: operations["connections_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process answers */
        get: operations["health_alive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The store answers as well */
        get: operations["health_ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/integrations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The workspace's integrations, by name; those under a `tag` or with a text where one is given */
        get: operations["integrations_page"];
        put?: never;
        /** Add an integration by hand */
        post: operations["integrations_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/integrations/{integration}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One integration */
        get: operations["integrations_get"];
        put?: never;
        post?: never;
        /** Delete an integration with its actions and connections */
        delete: operations["integrations_delete"];
        options?: never;
        head?: never;
        /** Change an integration by merge patch. Connections whose credential may no longer travel need to reconnect */
        patch: operations["integrations_patch"];
        trace?: never;
    };
    "/integrations/{integration}/clients": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The integration's OAuth clients, never a secret; and the callback URL to register with the provider */
        get: operations["clients_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/integrations/{integration}/clients/{client}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One client; never its secret */
        get: operations["clients_get"];
        /** Register a client, or change its secret: connections that use it go on with the new one */
        put: operations["clients_put"];
        post?: never;
        /** Delete a client. One that connections use is kept, unless forced: they could not be renewed any more */
        delete: operations["clients_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/integrations/{integration}/clients/{client}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The OAuth client's secret, sealed under the caller's key, for a backup. The audit says who took it */
        post: operations["transfers_export_client"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/integrations/{integration}/clients/{client}/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Register an OAuth client from a backup, sealed under this workspace's keyring */
        post: operations["transfers_import_client"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/integrations/{integration}/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The state of an integration in a word: its breaker, cool-downs, connections by status, and the latest errors */
        get: operations["integration_health_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/integrations/{integration}/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The integration's actions as OpenAPI 3.1: called through Waygate, or `of=upstream` */
        get: operations["exports_openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/integrations/{integration}/pack": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The integration with actions, profile and evidence, without secrets, to be imported elsewhere */
        get: operations["exports_pack"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/integrations/{integration}/reset-breaker": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Close the circuit breaker and end the cool-downs: the upstream is called again at once. Its health then */
        post: operations["integration_health_reset_breaker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/invocations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Invocations, the latest first; kept for 7 days */
        get: operations["invocations_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/invocations/backfill": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Read the log's lines again from where they were written, and store what is missing; call it until no cursor */
        post: operations["invocations_refill"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/invocations/{request}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One invocation, by its request id; with `bodies` where the integration's policy is `record: full` */
        get: operations["invocations_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/invocations/{request}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Run an invocation again with its recorded input, as a new one */
        post: operations["invocations_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keyring/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far the latest rotation is */
        get: operations["keyring_get"];
        put?: never;
        /** Start a rotation, or give the one that is under way a push. It takes some six minutes and interrupts nothing */
        post: operations["keyring_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The key behind this request: its workspace, scopes and limits; and which deployment answers */
        get: operations["keys_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/oauth/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the provider sends the browser back to. Ends on a page, or on the path that was asked for */
        get: operations["oauth_callback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/oauth/start/{flow}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where a flow's browser begins: it gets the flow's cookie, and goes on to the provider */
        get: operations["oauth_start"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This API, as OpenAPI 3.1 */
        get: operations["openapi_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scrape-jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Jobs, the latest first */
        get: operations["scrape_jobs_page"];
        put?: never;
        /** Start a job */
        post: operations["scrape_jobs_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scrape-jobs/{job}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A job's state, progress, and of a site which pages were read and which skipped, and why */
        get: operations["scrape_jobs_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scrape-jobs/{job}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop a job that has not ended */
        post: operations["scrape_jobs_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/scrape-jobs/{job}/draft": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the job has read, for review; a page of its actions at a time */
        get: operations["scrape_jobs_draft"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Accept or reject many draft actions: those named, or all that the query narrows the draft to
         * @description What has something unproved is accepted only by name: `held` says what and why.
         */
        patch: operations["scrape_jobs_decide_all"];
        trace?: never;
    };
    "/scrape-jobs/{job}/draft/actions/{action}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One draft action, whole */
        get: operations["scrape_jobs_draft_action"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Accept, reject or edit one draft action */
        patch: operations["scrape_jobs_decide"];
        trace?: never;
    };
    "/scrape-jobs/{job}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Publish accepted actions; may be repeated with more of them */
        post: operations["scrape_jobs_publish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tags by name, each with how many integrations, actions and connections carry it */
        get: operations["tags_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tags/{tag}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a tag away from everything; `remaining` above 0 asks for the same call again */
        delete: operations["tags_delete"];
        options?: never;
        head?: never;
        /** Rename a tag on everything that carries it; `remaining` above 0 asks for the same call again */
        patch: operations["tags_rename"];
        trace?: never;
    };
    "/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Keep a file, plain or gzipped (≤ 4 MB as sent, ≤ 64 MB unpacked), for 24 hours */
        post: operations["uploads_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Calls, errors and latency by the hour or day: of each integration, or of one integration's actions
         * @description Without a time, the last 24 hours or 30 days. Kept for 90 days; percentiles are right within 5 %. `times` are the
         *     beginnings of the buckets that each `series` tells of, in UTC. Names that were not called are left out.
         */
        get: operations["usage_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All workspaces */
        get: operations["workspaces_page"];
        put?: never;
        /** Make a workspace, its keyring, and its first admin key, which is shown only here */
        post: operations["workspaces_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One workspace */
        get: operations["workspaces_get"];
        put?: never;
        post?: never;
        /** Delete a workspace with all that is in it, and shred its credentials */
        delete: operations["workspaces_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Action
         * @description An action as it is stored; its input schema stands alone. `output_schema` comes where it was asked for.
         */
        Action: {
            /**
             * Title
             * @default
             */
            title?: string;
            /**
             * Summary
             * @default
             */
            summary?: string;
            /**
             * Description
             * @default
             */
            description?: string;
            /**
             * Method
             * @enum {string}
             */
            method: "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" | "PATCH" | "DELETE" | "TRACE";
            /** Path */
            path: string;
            /**
             * Tags
             * @default []
             */
            tags?: string[];
            /**
             * Server
             * @description Instead of the base URL; on its origin or one of the `hosts`.
             * @default null
             */
            server?: string | null;
            /**
             * Behaviour
             * @enum {string}
             */
            behaviour: "read" | "create" | "update" | "delete";
            /**
             * Auth
             * @description Whether calls carry the credential: optional, where there is one; none, never (`security: []`).
             * @default required
             * @enum {string}
             */
            auth?: "required" | "optional" | "none";
            /**
             * Idempotency Header
             * @default null
             */
            idempotency_header?: string | null;
            /**
             * Deprecated
             * @default false
             */
            deprecated?: boolean;
            /** Input Schema */
            input_schema?: {
                [key: string]: unknown;
            };
            /** Bindings */
            bindings?: {
                [key: string]: components["schemas"]["Binding"];
            };
            /**
             * Constants
             * @default []
             */
            constants?: components["schemas"]["Constant"][];
            /**
             * Body Media Type
             * @default null
             */
            body_media_type?: string | null;
            /**
             * Output Schema
             * @default null
             */
            output_schema?: {
                [key: string]: unknown;
            } | boolean | null;
            /**
             * Output
             * @description Instead of the integration's policy.
             * @default null
             */
            output?: ("off" | "warn" | "strict") | null;
            /**
             * Evidence
             * @default []
             */
            evidence?: components["schemas"]["Evidence"][];
            /**
             * Proof
             * @default documented
             * @enum {string}
             */
            proof?: "documented" | "dry_run" | "called";
            /** Integration */
            integration: string;
            /** Name */
            name: string;
            /** Version */
            version: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * ActionBrief
         * @description An action in a list.
         */
        ActionBrief: {
            /** Integration */
            integration: string;
            /** Name */
            name: string;
            /** Title */
            title: string;
            /** Summary */
            summary: string;
            /**
             * Method
             * @enum {string}
             */
            method: "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" | "PATCH" | "DELETE" | "TRACE";
            /** Path */
            path: string;
            /** Tags */
            tags: string[];
            /**
             * Behaviour
             * @enum {string}
             */
            behaviour: "read" | "create" | "update" | "delete";
            /** Deprecated */
            deprecated: boolean;
            /** Version */
            version: number;
        };
        /**
         * ActionFacts
         * @description What an action is, less its place and version: the body of PUT, and what an import yields.
         */
        ActionFacts: {
            /**
             * Title
             * @default
             */
            title?: string;
            /**
             * Summary
             * @default
             */
            summary?: string;
            /**
             * Description
             * @default
             */
            description?: string;
            /**
             * Method
             * @enum {string}
             */
            method: "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" | "PATCH" | "DELETE" | "TRACE";
            /** Path */
            path: string;
            /**
             * Tags
             * @default []
             */
            tags?: string[];
            /**
             * Server
             * @description Instead of the base URL; on its origin or one of the `hosts`.
             * @default null
             */
            server?: string | null;
            /**
             * Behaviour
             * @enum {string}
             */
            behaviour: "read" | "create" | "update" | "delete";
            /**
             * Auth
             * @description Whether calls carry the credential: optional, where there is one; none, never (`security: []`).
             * @default required
             * @enum {string}
             */
            auth?: "required" | "optional" | "none";
            /**
             * Idempotency Header
             * @default null
             */
            idempotency_header?: string | null;
            /**
             * Deprecated
             * @default false
             */
            deprecated?: boolean;
            /** Input Schema */
            input_schema?: {
                [key: string]: unknown;
            };
            /** Bindings */
            bindings?: {
                [key: string]: components["schemas"]["Binding"];
            };
            /**
             * Constants
             * @default []
             */
            constants?: components["schemas"]["Constant"][];
            /**
             * Body Media Type
             * @default null
             */
            body_media_type?: string | null;
            /**
             * Output Schema
             * @default null
             */
            output_schema?: {
                [key: string]: unknown;
            } | boolean | null;
            /**
             * Output
             * @description Instead of the integration's policy.
             * @default null
             */
            output?: ("off" | "warn" | "strict") | null;
            /**
             * Evidence
             * @default []
             */
            evidence?: components["schemas"]["Evidence"][];
            /**
             * Proof
             * @default documented
             * @enum {string}
             */
            proof?: "documented" | "dry_run" | "called";
        };
        /** @description Any members of an action, as a merge patch. */
        ActionPatch: {
            title?: string | null;
            summary?: string | null;
            description?: string | null;
            method?: ("GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" | "PATCH" | "DELETE" | "TRACE") | null;
            path?: string | null;
            tags?: string[] | null;
            server?: (string | null) | null;
            behaviour?: ("read" | "create" | "update" | "delete") | null;
            auth?: ("required" | "optional" | "none") | null;
            idempotency_header?: (string | null) | null;
            deprecated?: boolean | null;
            input_schema?: Record<string, never> | null;
            bindings?: Record<string, never> | null;
            constants?: components["schemas"]["Constant"][] | null;
            body_media_type?: (string | null) | null;
            output_schema?: ({
                [key: string]: unknown;
            } | boolean | null) | null;
            output?: (("off" | "warn" | "strict") | null) | null;
            evidence?: components["schemas"]["Evidence"][] | null;
            proof?: ("documented" | "dry_run" | "called") | null;
        };
        /**
         * Actions
         * @description A page of actions; of a search, the best first.
         */
        Actions: {
            /**
             * Next Cursor
             * @description Pass it on as `cursor` for the next page; null on the last one.
             */
            next_cursor: string | null;
            /** Data */
            data: components["schemas"]["ActionBrief"][];
        };
        /**
         * Answer
         * @description Where a token endpoint's answer, JSON or urlencoded, has what (RFC 6749, section 5.1).
         */
        Answer: {
            /**
             * Access Token
             * @description RFC 6901; empty: the whole body.
             * @default /access_token
             */
            access_token?: string;
            /**
             * Refresh Token
             * @description RFC 6901; empty: the whole body.
             * @default /refresh_token
             */
            refresh_token?: string;
            /**
             * Token Type
             * @description RFC 6901; empty: the whole body.
             * @default /token_type
             */
            token_type?: string;
            /**
             * Scope
             * @description RFC 6901; empty: the whole body.
             * @default /scope
             */
            scope?: string;
            /**
             * @default {
             *       "pointer": "/expires_in",
             *       "unit": "delta_s"
             *     }
             */
            expires?: components["schemas"]["Moment"];
            /**
             * @default {
             *       "pointer": "",
             *       "values": [],
             *       "code": "/error",
             *       "permanent": [
             *         "invalid_grant"
             *       ]
             *     }
             */
            failure?: components["schemas"]["Failure"];
            /**
             * Keep
             * @default []
             */
            keep?: components["schemas"]["Keep"][];
            /**
             * Lifetime S
             * @description Where the answer does not tell it.
             * @default null
             */
            lifetime_s?: number | null;
        };
        /**
         * AnswerRule
         * @description What an answer means where its status does not say. The first rule that matches counts.
         */
        AnswerRule: {
            /**
             * Statuses
             * @description Only answers of these statuses; none: of any.
             * @default []
             */
            statuses?: number[];
            /**
             * @description Only answers with such a body.
             * @default null
             */
            body?: components["schemas"]["BodyRule"] | null;
            /**
             * Means
             * @description `success`: the call did what was asked. `failure`: it did not, though the status is good (`errors` of GraphQL). `retry`: not now; tried again where that is safe. `rate_limited`: too many calls.
             * @enum {string}
             */
            means: "success" | "failure" | "retry" | "rate_limited";
        };
        /**
         * AnyDocument
         * @description A document of another format.
         */
        AnyDocument: {
            [key: string]: unknown;
        };
        /**
         * ApiKey
         * @description A key, without its secret.
         */
        ApiKey: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Scopes */
            scopes: ("invoke" | "registry:read" | "registry:write" | "connections:write" | "admin" | "root")[];
            /** Integrations */
            integrations: string[] | null;
            limits: components["schemas"]["Quota"] | null;
            /** Expires At */
            expires_at: string | null;
            /** Last Used At */
            last_used_at: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
        };
        /**
         * ApiKeys
         * @description A page of keys.
         */
        ApiKeys: {
            /**
             * Next Cursor
             * @description Pass it on as `cursor` for the next page; null on the last one.
             */
            next_cursor: string | null;
            /** Data */
            data: components["schemas"]["ApiKey"][];
        };
        /**
         * Assertion
         * @description The JWT of a `jwt_bearer` grant (RFC 7523, section 2.1), signed with the client's private key.
         *
         *     `subject` and the values of `claims` may hold `{variables}` of the connection's config; a claim whose variable has
         *     no value is left out.
         */
        Assertion: {
            /**
             * Audience
             * @description The token URL where absent.
             * @default null
             */
            audience?: string | null;
            /**
             * Subject
             * @default null
             */
            subject?: string | null;
            /** Claims */
            claims?: {
                [key: string]: string;
            };
            /**
             * Has Scope
             * @description Scopes go in a claim of the JWT, not beside it.
             * @default false
             */
            has_scope?: boolean;
            /**
             * Lifetime S
             * @default 300
             */
            lifetime_s?: number;
        };
        /**
         * Attempt
         * @description One call of the upstream.
         */
        Attempt: {
            /** N */
            n: number;
            /** Status */
            status: number | null;
            /** Duration Ms */
            duration_ms: number;
            /**
             * Reason
             * @description Why it was not good, such as `http_503` or `rate_limited`.
             * @default null
             */
            reason?: string | null;
            /**
             * Wait Ms
             * @description How long was waited after it.
             * @default null
             */
            wait_ms?: number | null;
        };
        /**
         * AuditEntries
         * @description A page of the audit, the latest first; as JSON Lines, an entry a line, where that is asked for.
         */
        AuditEntries: {
            /**
             * Next Cursor
             * @description Pass it on as `cursor` for the next page; null on the last one.
             */
            next_cursor: string | null;
            /** Data */
            data: components["schemas"]["AuditEntry"][];
        };
        /**
         * AuditEntry
         * @description What was done to a credential; never the credential.
         */
        AuditEntry: {
            /** Id */
            id: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * What
             * @enum {string}
             */
            what: "created" | "changed" | "refreshed" | "needs_reauth" | "orphaned" | "adopted" | "revoked" | "exported" | "deleted";
            /** Integration */
            integration: string;
            /** Connection */
            connection: string;
            /**
             * Actor
             * @description `key:<id>`, `session:<id>` or `sweep`.
             */
            actor: string;
            /**
             * Address
             * @description Where it came from.
             */
            address: string | null;
            /** Details */
            details: {
                [key: string]: unknown;
            };
        };
        /**
         * AuthFailure
         * @description How an upstream says that it does not accept the credential.
         */
        AuthFailure: {
            /**
             * Statuses
             * @description Statuses that say so by themselves.
             * @default [
             *       401
             *     ]
             */
            statuses?: number[];
            /**
             * @description A body that says so, whatever the status (200 included).
             * @default null
             */
            body?: components["schemas"]["BodyRule"] | null;
        };
        /**
         * AuthScheme
         * @description Where the credential goes. For `oauth2`, where it comes from as well.
         */
        AuthScheme: {
            /**
             * Type
             * @default none
             * @enum {string}
             */
            type?: "none" | "api_key" | "basic" | "bearer" | "custom_headers" | "oauth2";
            /**
             * In
             * @default null
             */
            in?: ("header" | "query" | "cookie" | "body") | null;
            /**
             * Name
             * @default null
             */
            name?: string | null;
            /**
             * Prefix
             * @default null
             */
            prefix?: string | null;
            /**
             * Template
             * @default null
             */
            template?: string | null;
            /**
             * Fixed Password
             * @default null
             */
            fixed_password?: string | null;
            /**
             * Grant
             * @default null
             */
            grant?: ("authorization_code" | "client_credentials" | "password" | "jwt_bearer" | "implicit") | null;
            /**
             * Authorize Url
             * @default null
             */
            authorize_url?: string | null;
            /**
             * Token Url
             * @default null
             */
            token_url?: string | null;
            /**
             * Refresh Url
             * @default null
             */
            refresh_url?: string | null;
            /**
             * Scopes
             * @default []
             */
            scopes?: string[];
            /** @default null */
            oauth?: components["schemas"]["OAuthProfile"] | null;
        };
        /**
         * Authorization
         * @description Where the account's owner goes, and what the provider has to know.
         */
        Authorization: {
            /**
             * Authorize Url
             * @description For one browser, once.
             */
            authorize_url: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Callback Url */
            callback_url: string;
        };
        /**
         * Authorize
         * @description The request that the user's browser carries to the provider (RFC 6749, section 4.1.1).
         */
        Authorize: {
            /**
             * Pkce
             * @default S256
             * @enum {string}
             */
            pkce?: "S256" | "none";
            /**
             * Response Type
             * @default code
             */
            response_type?: string;
            /** Parameters */
            parameters?: {
                [key: string]: string;
            };
            /** Names */
            names?: {
                [key: string]: string;
            };
        };
        /**
         * Backfilled
         * @description How much of the log was read again.
         */
        Backfilled: {
            /**
             * Lines
             * @description Lines found in the stretch by this call; those that were stored already too.
             */
            lines: number;
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * Binding
         * @description Where one input property goes in the upstream request (OpenAPI 3.1, Parameter Object).
         */
        Binding: {
            /**
             * In
             * @enum {string}
             */
            in: "path" | "query" | "header" | "cookie" | "body";
            /**
             * Name
             * @description The upstream's name; empty where the property is the whole body.
             */
            name: string;
            /**
             * Style
             * @default null
             */
            style?: ("matrix" | "label" | "simple" | "form" | "spaceDelimited" | "pipeDelimited" | "deepObject") | null;
            /**
             * Explode
             * @default null
             */
            explode?: boolean | null;
            /**
             * Allow Reserved
             * @default false
             */
            allow_reserved?: boolean;
            /**
             * Media Type
             * @description Serialise as this (`content`).
             * @default null
             */
            media_type?: string | null;
        };
        /**
         * Bodies
         * @description What an invocation was asked, and what went to and fro.
         */
        Bodies: {
            input: components["schemas"]["RecordedBody"] | null;
            request: components["schemas"]["RecordedBody"] | null;
            response: components["schemas"]["RecordedBody"] | null;
        };
        /**
         * BodyRule
         * @description What a JSON body must hold for a rule to match.
         *
         *     With `values`, one of them (as text) at `pointer`; with `contains`, one of these texts there, whatever the case;
         *     with neither, anything but null, false, 0, "", [] and {}. Without a pointer, `contains` is sought in
         *     the body's text.
         */
        BodyRule: {
            /**
             * Pointer
             * @description A JSON pointer (RFC 6901) into the body.
             * @default null
             */
            pointer?: string | null;
            /**
             * Values
             * @description Values that match, as text.
             * @default []
             */
            values?: string[];
            /**
             * Contains
             * @description Texts that match where they occur.
             * @default []
             */
            contains?: string[];
        };
        /**
         * Breaker
         * @description The circuit breaker of an integration; of several addresses the worst.
         */
        Breaker: {
            /**
             * State
             * @enum {string}
             */
            state: "closed" | "open" | "half_open";
            /** Retry At */
            retry_at: string | null;
            /**
             * Origins
             * @description Those that are not called at present.
             */
            origins: string[];
        };
        /**
         * BreakerPolicy
         * @description When an origin counts as failing, and for how long it is left alone at first.
         */
        BreakerPolicy: {
            /**
             * Enabled
             * @default true
             */
            enabled?: boolean;
            /**
             * Failure Rate
             * @description Of the latest calls, at most 20, failed.
             * @default 0.5
             */
            failure_rate?: number;
            /**
             * Minimum Calls
             * @description Fewer calls say nothing.
             * @default 5
             */
            minimum_calls?: number;
            /**
             * Open S
             * @description Doubles, up to 60 s, with each probe that fails.
             * @default 10
             */
            open_s?: number;
        };
        /**
         * Callback
         * @description What the browser brings back.
         */
        Callback: {
            /**
             * Code
             * @default code
             */
            code?: string;
            /**
             * Issuer
             * @description What `iss` must be (RFC 9207); where set, it must be there.
             * @default null
             */
            issuer?: string | null;
            /**
             * Keep
             * @default []
             */
            keep?: components["schemas"]["Keep"][];
        };
        /**
         * ConfigField
         * @description One thing that a connection must say before a URL of the integration is complete: a tenant, a region, a host.
         */
        ConfigField: {
            /**
             * Description
             * @description What it is, and where its owner finds it.
             * @default
             */
            description?: string;
            /**
             * Enum
             * @description The only values, where there are few.
             * @default []
             */
            enum?: string[];
            /**
             * Default
             * @description Used by connections that say nothing.
             * @default null
             */
            default?: string | null;
            /**
             * Pattern
             * @description A regular expression (linear time, no look-around) for the value.
             * @default null
             */
            pattern?: string | null;
            /**
             * Prefix
             * @description What people paste before the value, such as `https://`: taken off.
             * @default null
             */
            prefix?: string | null;
            /**
             * Suffix
             * @description The same after it, such as `.example.com`: taken off.
             * @default null
             */
            suffix?: string | null;
            /**
             * Format
             * @description `hostname`: a whole host name (RFC 1123).
             * @default null
             */
            format?: "hostname" | null;
        };
        /**
         * ConnectSession
         * @description A connect session.
         */
        ConnectSession: {
            /** Id */
            id: string;
            /**
             * Status
             * @enum {string}
             */
            status: "open" | "connected" | "expired";
            /**
             * Reason
             * @description Why the latest try came to nothing.
             */
            reason: string | null;
            /** Integrations */
            integrations: string[];
            /** Connection */
            connection: string;
            /** Tags */
            tags: string[];
            /** Return To */
            return_to: string | null;
            connected: components["schemas"]["Connected"] | null;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
        };
        /**
         * Connected
         * @description What a connect session came to.
         */
        Connected: {
            /** Integration */
            integration: string;
            /** Connection */
            connection: string;
        };
        /**
         * Connection
         * @description A connection, without its credential.
         */
        Connection: {
            /** Integration */
            integration: string;
            /** Name */
            name: string;
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "active" | "needs_reauth" | "error" | "disabled";
            /** Reason */
            reason: string | null;
            /** Auth Type */
            auth_type: string;
            /** Config */
            config: {
                [key: string]: unknown;
            };
            /** Metadata */
            metadata: {
                [key: string]: unknown;
            };
            /** Tags */
            tags: string[];
            /** Client */
            client: string | null;
            /** Warnings */
            warnings: components["schemas"]["Warning"][];
            /** Expires At */
            expires_at: string | null;
            /** Last Refreshed At */
            last_refreshed_at: string | null;
            /** Next Refresh At */
            next_refresh_at: string | null;
            /** Last Verified At */
            last_verified_at: string | null;
            secret: components["schemas"]["Secret"] | null;
            /** Version */
            version: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * ConnectionCounts
         * @description How many connections of each status there are.
         */
        ConnectionCounts: {
            /** Pending */
            pending: number;
            /** Active */
            active: number;
            /** Needs Reauth */
            needs_reauth: number;
            /** Error */
            error: number;
            /** Disabled */
            disabled: number;
        };
        /**
         * ConnectionImport
         * @description A connection as a backup has it.
         */
        ConnectionImport: {
            /** Config */
            config?: {
                [key: string]: unknown;
            };
            /** Metadata */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * Tags
             * @default []
             */
            tags?: string[];
            /**
             * Key
             * Format: password
             */
            key: string;
            /** Sealed */
            sealed: string;
            /**
             * Client
             * @default null
             */
            client?: string | null;
            /**
             * Expires At
             * @description Of a secret that nobody can refresh.
             * @default null
             */
            expires_at?: string | null;
        };
        /**
         * ConnectionPatch
         * @description The body of PATCH (RFC 7396): settings are merged, `enabled` switches, credentials are replaced by PUT alone.
         */
        ConnectionPatch: {
            /**
             * Config
             * @default null
             */
            config?: {
                [key: string]: unknown;
            } | null;
            /**
             * Metadata
             * @default null
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * Tags
             * @default null
             */
            tags?: string[] | null;
            /**
             * Enabled
             * @default null
             */
            enabled?: boolean | null;
        };
        /**
         * Connections
         * @description A page of connections.
         */
        Connections: {
            /**
             * Next Cursor
             * @description Pass it on as `cursor` for the next page; null on the last one.
             */
            next_cursor: string | null;
            /** Data */
            data: components["schemas"]["Connection"][];
        };
        /**
         * Constant
         * @description A value that requests carry and nobody is asked for, such as an API version header.
         */
        Constant: {
            /**
             * In
             * @description Where it goes.
             * @enum {string}
             */
            in: "query" | "header" | "cookie";
            /**
             * Name
             * @description Its name there.
             */
            name: string;
            /**
             * Value
             * @description Its value, as text.
             */
            value: string;
        };
        /**
         * Cooldown
         * @description The upstream's own limit is reached: nothing goes out until then.
         */
        Cooldown: {
            /**
             * Connection
             * @description Null where it is of all, or of calls without one.
             */
            connection: string | null;
            /**
             * Action
             * @description Null where it is of all.
             */
            action: string | null;
            /**
             * Until
             * Format: date-time
             */
            until: string;
        };
        /**
         * Counter
         * @description An offset or a page number, which requests count up themselves.
         */
        Counter: {
            /**
             * Name
             * @description The parameter; dots nest within a body.
             */
            name: string;
            /**
             * Sent In
             * @description Where requests have it.
             * @default query
             * @enum {string}
             */
            sent_in?: "query" | "body" | "path";
            /**
             * Start
             * @description Of the first page: 0 or 1.
             * @default 0
             */
            start?: number;
            /**
             * Step
             * @description What the next request adds: 1 (`page`), or the items received (`items`).
             * @default items
             * @enum {string}
             */
            step?: "page" | "items";
            /**
             * On First
             * @description Whether the first request has it.
             * @default true
             */
            on_first?: boolean;
        };
        /**
         * Coverage
         * @description Which pages of a site were found, read and skipped, and why; `model` read them besides the rules, if any did.
         */
        Coverage: {
            /** Found */
            found: number;
            /** Read */
            read: number;
            /** Skipped */
            skipped: {
                [key: string]: number;
            };
            /** Outside */
            outside: number;
            /** Scope */
            scope: {
                [key: string]: unknown;
            };
            /** Pages */
            pages: string[];
            /** Left Out */
            left_out: {
                [key: string]: string;
            }[];
            /** Model */
            model: string | null;
        };
        /**
         * CreatedApiKey
         * @description A new key: the only answer that shows the secret.
         */
        CreatedApiKey: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Scopes */
            scopes: ("invoke" | "registry:read" | "registry:write" | "connections:write" | "admin" | "root")[];
            /** Integrations */
            integrations: string[] | null;
            limits: components["schemas"]["Quota"] | null;
            /** Expires At */
            expires_at: string | null;
            /** Last Used At */
            last_used_at: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Key */
            key: string;
        };
        /**
         * CreatedConnectSession
         * @description A new connect session: the only answer that shows the link.
         */
        CreatedConnectSession: {
            /** Id */
            id: string;
            /**
             * Status
             * @enum {string}
             */
            status: "open" | "connected" | "expired";
            /**
             * Reason
             * @description Why the latest try came to nothing.
             */
            reason: string | null;
            /** Integrations */
            integrations: string[];
            /** Connection */
            connection: string;
            /** Tags */
            tags: string[];
            /** Return To */
            return_to: string | null;
            connected: components["schemas"]["Connected"] | null;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Url */
            url: string;
        };
        /**
         * CreatedWorkspace
         * @description A new workspace, with its first key.
         */
        CreatedWorkspace: {
            /** Name */
            name: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            api_key: components["schemas"]["FirstKey"];
        };
        /**
         * Cursor
         * @description Where a page's cursor is, and where the next request carries it.
         */
        Cursor: {
            /**
             * Found In
             * @description Where the answer has it.
             * @default body
             * @enum {string}
             */
            found_in?: "body" | "header";
            /**
             * Pointer
             * @description In the body: a JSON pointer (RFC 6901) to it.
             * @default null
             */
            pointer?: string | null;
            /**
             * Header
             * @description In a header: its name.
             * @default null
             */
            header?: string | null;
            /**
             * Of Last Item
             * @description `pointer` is inside the page's last item.
             * @default false
             */
            of_last_item?: boolean;
            /**
             * Sent In
             * @description Where the next request has it.
             * @default query
             * @enum {string}
             */
            sent_in?: "query" | "body" | "path";
            /**
             * Name
             * @description Its name there; dots nest within a body.
             */
            name: string;
            /**
             * Valid S
             * @description Seconds after which it expires.
             * @default null
             */
            valid_s?: number | null;
        };
        /**
         * Decided
         * @description What became of verdicts on many actions.
         */
        Decided: {
            /** Changed */
            changed: number;
            /**
             * Held
             * @description Those that are only accepted by name, and why.
             */
            held: {
                [key: string]: string;
            };
            states: components["schemas"]["StateCounts"];
        };
        /**
         * Decision
         * @description A verdict on a draft action, and edits to it (a merge patch, RFC 7396).
         */
        Decision: {
            /**
             * State
             * @default null
             */
            state?: ("proposed" | "accepted" | "rejected") | null;
            /**
             * Edits
             * @default null
             */
            edits?: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * Deleted
         * @description What became of the tokens of a deleted connection; other credentials have no answer (204).
         */
        Deleted: {
            revocation: components["schemas"]["Revocation"];
        };
        /**
         * Difference
         * @description What a re-import changes about an action, and what that means to those who call it.
         */
        Difference: {
            /** Pointer */
            pointer: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "breaking" | "additive" | "neutral";
            /** Detail */
            detail: string;
        };
        /**
         * Draft
         * @description What a job has read; a page of its actions.
         */
        Draft: {
            /**
             * Next Cursor
             * @description Pass it on as `cursor` for the next page; null on the last one.
             */
            next_cursor: string | null;
            /** Integration */
            integration: {
                [key: string]: unknown;
            };
            /** Actions */
            actions: components["schemas"]["DraftActionBrief"][];
            /**
             * Total
             * @description How many actions the draft has.
             */
            total: number;
            /**
             * Matching
             * @description How many of them are asked for, on all pages.
             */
            matching: number;
            states: components["schemas"]["StateCounts"];
            /** Removed */
            removed: string[];
            /** Changes */
            changes: {
                [key: string]: number;
            };
            /** Repaired */
            repaired: components["schemas"]["Fault"][];
            /** Dropped */
            dropped: components["schemas"]["Fault"][];
            /** Warnings */
            warnings: components["schemas"]["Fault"][];
            /** Counts */
            counts: {
                [key: string]: number;
            };
        };
        /**
         * DraftAction
         * @description An action of a draft, whole.
         */
        DraftAction: {
            /**
             * Title
             * @default
             */
            title?: string;
            /**
             * Summary
             * @default
             */
            summary?: string;
            /**
             * Description
             * @default
             */
            description?: string;
            /**
             * Method
             * @enum {string}
             */
            method: "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" | "PATCH" | "DELETE" | "TRACE";
            /** Path */
            path: string;
            /**
             * Tags
             * @default []
             */
            tags?: string[];
            /**
             * Server
             * @description Instead of the base URL; on its origin or one of the `hosts`.
             * @default null
             */
            server?: string | null;
            /**
             * Behaviour
             * @enum {string}
             */
            behaviour: "read" | "create" | "update" | "delete";
            /**
             * Auth
             * @description Whether calls carry the credential: optional, where there is one; none, never (`security: []`).
             * @default required
             * @enum {string}
             */
            auth?: "required" | "optional" | "none";
            /**
             * Idempotency Header
             * @default null
             */
            idempotency_header?: string | null;
            /**
             * Deprecated
             * @default false
             */
            deprecated?: boolean;
            /** Input Schema */
            input_schema?: {
                [key: string]: unknown;
            };
            /** Bindings */
            bindings?: {
                [key: string]: components["schemas"]["Binding"];
            };
            /**
             * Constants
             * @default []
             */
            constants?: components["schemas"]["Constant"][];
            /**
             * Body Media Type
             * @default null
             */
            body_media_type?: string | null;
            /**
             * Output Schema
             * @default null
             */
            output_schema?: {
                [key: string]: unknown;
            } | boolean | null;
            /**
             * Output
             * @description Instead of the integration's policy.
             * @default null
             */
            output?: ("off" | "warn" | "strict") | null;
            /**
             * Evidence
             * @default []
             */
            evidence?: components["schemas"]["Evidence"][];
            /**
             * Proof
             * @default documented
             * @enum {string}
             */
            proof?: "documented" | "dry_run" | "called";
            /** Name */
            name: string;
            /**
             * State
             * @enum {string}
             */
            state: "proposed" | "accepted" | "rejected";
            /** Confidence */
            confidence: number;
            /**
             * Change
             * @enum {string}
             */
            change: "added" | "changed" | "same";
            /** Differences */
            differences: components["schemas"]["Difference"][];
            /** Warnings */
            warnings: components["schemas"]["Fault"][];
            /** Version */
            version: number;
        };
        /**
         * DraftActionBrief
         * @description An action of a draft, in a list.
         */
        DraftActionBrief: {
            /** Name */
            name: string;
            /** Title */
            title: string;
            /** Summary */
            summary: string;
            /**
             * Method
             * @enum {string}
             */
            method: "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" | "PATCH" | "DELETE" | "TRACE";
            /** Path */
            path: string;
            /** Tags */
            tags: string[];
            /**
             * Behaviour
             * @enum {string}
             */
            behaviour: "read" | "create" | "update" | "delete";
            /** Deprecated */
            deprecated: boolean;
            /**
             * State
             * @enum {string}
             */
            state: "proposed" | "accepted" | "rejected";
            /** Confidence */
            confidence: number;
            /**
             * Change
             * @enum {string}
             */
            change: "added" | "changed" | "same";
            /** Differences */
            differences: components["schemas"]["Difference"][];
            /** Warnings */
            warnings: components["schemas"]["Fault"][];
        };
        /**
         * ErrorCounts
         * @description How many calls failed, by whose fault it was.
         */
        ErrorCounts: {
            /**
             * Caller
             * @description What was asked, or the account it was asked for, was wrong.
             */
            caller: number;
            /**
             * Upstream
             * @description The upstream refused, failed, was slow, or had failed before (`circuit_open`).
             */
            upstream: number;
            /**
             * Gateway
             * @description Waygate itself.
             */
            gateway: number;
        };
        /**
         * Evidence
         * @description Where a fact came from: a pointer into a description, or a quote from a page.
         */
        Evidence: {
            /** Field */
            field: string;
            /** Url */
            url: string;
            /**
             * Pointer
             * @default null
             */
            pointer?: string | null;
            /**
             * Quote
             * @default null
             */
            quote?: string | null;
            /**
             * Page Hash
             * @default null
             */
            page_hash?: string | null;
            /**
             * Confidence
             * @default 1
             */
            confidence?: number;
        };
        /**
         * Export
         * @description The body of an export: the key to seal under, 32 random bytes in base64. It is not kept.
         */
        Export: {
            /**
             * Key
             * Format: password
             */
            key: string;
        };
        /**
         * Exported
         * @description A credential on its way into a backup.
         */
        Exported: {
            /**
             * Sealed
             * @description AES-256-GCM under the caller's key, in base64.
             */
            sealed: string;
        };
        /**
         * Failure
         * @description How an answer says no: an HTTP status from 400 on, or a body with one of `values` at `pointer`.
         */
        Failure: {
            /**
             * Pointer
             * @description RFC 6901; empty: the whole body.
             * @default
             */
            pointer?: string;
            /**
             * Values
             * @default []
             */
            values?: string[];
            /**
             * Code
             * @description Where the error's code is.
             * @default /error
             */
            code?: string;
            /**
             * Permanent
             * @description Codes after which the grant is dead, and only its owner can renew it.
             * @default [
             *       "invalid_grant"
             *     ]
             */
            permanent?: string[];
        };
        /**
         * Fault
         * @description One fault: a JSON pointer (RFC 6901), a code, and what is wrong.
         */
        Fault: {
            /** Pointer */
            pointer: string;
            /** Code */
            code: string;
            /** Detail */
            detail: string;
        };
        /**
         * FirstKey
         * @description The first admin key of a new workspace.
         */
        FirstKey: {
            /** Id */
            id: string;
            /** Key */
            key: string;
        };
        /**
         * Health
         * @description The process, or its store, is well.
         */
        Health: {
            /**
             * Status
             * @enum {string}
             */
            status: "ok" | "ready";
            /** Version */
            version: string;
            /** Stage */
            stage: string;
        };
        /**
         * Import
         * @description A sealed credential, and the key that it was sealed under.
         */
        Import: {
            /**
             * Key
             * Format: password
             */
            key: string;
            /** Sealed */
            sealed: string;
        };
        /**
         * Integration
         * @description An integration as it is stored.
         */
        Integration: {
            /** Name */
            name: string;
            /**
             * Title
             * @default
             */
            title: string;
            /** Base Url */
            base_url: string;
            /**
             * Hosts
             * @description Other origins that calls, and the credential, may go to; a bare name means https.
             * @default []
             */
            hosts: string[];
            /**
             * @default {
             *       "type": "none",
             *       "in": null,
             *       "name": null,
             *       "prefix": null,
             *       "template": null,
             *       "fixed_password": null,
             *       "grant": null,
             *       "authorize_url": null,
             *       "token_url": null,
             *       "refresh_url": null,
             *       "scopes": [],
             *       "oauth": null
             *     }
             */
            auth: components["schemas"]["AuthScheme"];
            /** @default null */
            verification: components["schemas"]["Verification"] | null;
            /**
             * @default {
             *       "config": {},
             *       "tls": null,
             *       "constants": [],
             *       "idempotency_header": null,
             *       "auth_failure": {
             *         "body": null,
             *         "statuses": [
             *           401
             *         ]
             *       },
             *       "rate_limits": {
             *         "body": null,
             *         "scope": "connection",
             *         "statuses": [
             *           429
             *         ],
             *         "windows": []
             *       },
             *       "answers": [],
             *       "pagination": null
             *     }
             */
            profile: components["schemas"]["Profile"];
            /**
             * @default {
             *       "timeout_s": 25,
             *       "output": "warn",
             *       "record": "full",
             *       "limits": null,
             *       "breaker": {
             *         "enabled": true,
             *         "failure_rate": 0.5,
             *         "minimum_calls": 5,
             *         "open_s": 10
             *       }
             *     }
             */
            policy: components["schemas"]["Policy"];
            /**
             * Tags
             * @default []
             */
            tags: string[];
            /**
             * Enabled
             * @default true
             */
            enabled: boolean;
            /**
             * Callback Url
             * @description What to register with an OAuth provider; null where nobody goes there.
             */
            callback_url: string | null;
            /**
             * Readable Host
             * @description The host as people write it, where that differs from `base_url`.
             */
            readable_host: string | null;
            /**
             * Warn Idn
             * @description The host mixes scripts, as homographs do.
             */
            warn_idn: boolean;
            /**
             * State
             * @enum {string}
             */
            state: "ready" | "not_connected" | "needs_attention" | "degraded" | "disabled";
            /**
             * State Reason
             * @description Why; null where it is ready.
             */
            state_reason: string | null;
            /**
             * Connections
             * @description How many connections it has.
             */
            connections: number;
            /** @description Null in lists, where the address depends on the connection. */
            breaker: components["schemas"]["Breaker"] | null;
            /** Version */
            version: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * IntegrationFacts
         * @description What an owner says about an upstream: the body of POST, and of PATCH as a merge patch (RFC 7396).
         */
        IntegrationFacts: {
            /** Name */
            name: string;
            /**
             * Title
             * @default
             */
            title?: string;
            /** Base Url */
            base_url: string;
            /**
             * Hosts
             * @description Other origins that calls, and the credential, may go to; a bare name means https.
             * @default []
             */
            hosts?: string[];
            /**
             * @default {
             *       "type": "none",
             *       "in": null,
             *       "name": null,
             *       "prefix": null,
             *       "template": null,
             *       "fixed_password": null,
             *       "grant": null,
             *       "authorize_url": null,
             *       "token_url": null,
             *       "refresh_url": null,
             *       "scopes": [],
             *       "oauth": null
             *     }
             */
            auth?: components["schemas"]["AuthScheme"];
            /** @default null */
            verification?: components["schemas"]["Verification"] | null;
            /**
             * @default {
             *       "config": {},
             *       "tls": null,
             *       "constants": [],
             *       "idempotency_header": null,
             *       "auth_failure": {
             *         "body": null,
             *         "statuses": [
             *           401
             *         ]
             *       },
             *       "rate_limits": {
             *         "body": null,
             *         "scope": "connection",
             *         "statuses": [
             *           429
             *         ],
             *         "windows": []
             *       },
             *       "answers": [],
             *       "pagination": null
             *     }
             */
            profile?: components["schemas"]["Profile"];
            /**
             * @default {
             *       "timeout_s": 25,
             *       "output": "warn",
             *       "record": "full",
             *       "limits": null,
             *       "breaker": {
             *         "enabled": true,
             *         "failure_rate": 0.5,
             *         "minimum_calls": 5,
             *         "open_s": 10
             *       }
             *     }
             */
            policy?: components["schemas"]["Policy"];
            /**
             * Tags
             * @default []
             */
            tags?: string[];
            /**
             * Enabled
             * @default true
             */
            enabled?: boolean;
        };
        /**
         * IntegrationHealth
         * @description What stands between a caller and the upstream at this moment.
         */
        IntegrationHealth: {
            /** Integration */
            integration: string;
            /**
             * State
             * @enum {string}
             */
            state: "ready" | "not_connected" | "needs_attention" | "degraded" | "disabled";
            /** State Reason */
            state_reason: string | null;
            breaker: components["schemas"]["Breaker"];
            /** Cooldowns */
            cooldowns: components["schemas"]["Cooldown"][];
            connections: components["schemas"]["ConnectionCounts"];
            /**
             * Last Errors
             * @description At most ten, the latest first, of the latest 500 calls.
             */
            last_errors: components["schemas"]["Invocation"][];
        };
        /** @description Any members of an integration, as a merge patch; the merged whole is what is validated. */
        IntegrationPatch: {
            name?: string | null;
            title?: string | null;
            base_url?: string | null;
            hosts?: string[] | null;
            auth?: Record<string, never> | null;
            verification?: (components["schemas"]["Verification"] | null) | null;
            profile?: Record<string, never> | null;
            policy?: Record<string, never> | null;
            tags?: string[] | null;
            enabled?: boolean | null;
        };
        /**
         * Integrations
         * @description A page of integrations.
         */
        Integrations: {
            /**
             * Next Cursor
             * @description Pass it on as `cursor` for the next page; null on the last one.
             */
            next_cursor: string | null;
            /** Data */
            data: components["schemas"]["Integration"][];
        };
        /**
         * Invocation
         * @description A record of the log.
         */
        Invocation: {
            /** Request Id */
            request_id: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Integration */
            integration: string;
            /** Action */
            action: string;
            /** Version */
            version: number | null;
            /** Connection */
            connection: string | null;
            /** Status */
            status: number;
            /** Code */
            code: string | null;
            /**
             * Outcome
             * @enum {string}
             */
            outcome: "succeeded" | "failed" | "unknown";
            /** Duration Ms */
            duration_ms: number;
            upstream: components["schemas"]["Upstream"] | null;
            request: components["schemas"]["MaskedRequest"] | null;
            /** Sizes */
            sizes: {
                [key: string]: number;
            };
            /** Output Valid */
            output_valid: boolean | null;
            /** Dry Run */
            dry_run: boolean;
            /** Key Id */
            key_id: string;
            /**
             * Idempotency Key
             * @description The hash of the caller's `Idempotency-Key`.
             */
            idempotency_key: string | null;
            /**
             * Answered From
             * @description The request whose kept answer this one got.
             */
            answered_from: string | null;
            /** Replay Of */
            replay_of: string | null;
            /**
             * Trace Id
             * @description The X-Ray trace that it belongs to, sampled or not.
             */
            trace_id: string | null;
        };
        /**
         * InvocationMeta
         * @description The facts of an invocation.
         */
        InvocationMeta: {
            /** Request Id */
            request_id: string;
            /** Action */
            action: string;
            /** Version */
            version: number | null;
            /** Connection */
            connection: string | null;
            upstream: components["schemas"]["Upstream"] | null;
            /** Duration Ms */
            duration_ms: number;
            /**
             * Output Valid
             * @description Null where nothing was checked.
             * @default null
             */
            output_valid?: boolean | null;
            /**
             * Warnings
             * @default []
             */
            warnings?: components["schemas"]["Fault"][];
            /** @default null */
            rate_limit?: components["schemas"]["RateLimit"] | null;
            /**
             * Dry Run
             * @default null
             */
            dry_run?: boolean | null;
            /**
             * Policy
             * @default null
             */
            policy?: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * InvocationResult
         * @description `data` is what the upstream's body says.
         */
        InvocationResult: {
            /** Data */
            data: unknown;
            meta: components["schemas"]["InvocationMeta"];
        };
        /**
         * Invocations
         * @description A page of the log, the latest first.
         */
        Invocations: {
            /**
             * Next Cursor
             * @description Pass it on as `cursor` for the next page; null on the last one.
             */
            next_cursor: string | null;
            /** Data */
            data: components["schemas"]["Invocation"][];
        };
        /**
         * Job
         * @description A scrape job.
         */
        Job: {
            /** Id */
            id: string;
            /** Integration */
            integration: string;
            /**
             * Status
             * @enum {string}
             */
            status: "queued" | "running" | "needs_review" | "published" | "failed" | "cancelled";
            /** Step */
            step: string | null;
            /** Source */
            source: {
                [key: string]: unknown;
            };
            /** Auto Publish */
            auto_publish: boolean;
            /** Limits */
            limits: {
                [key: string]: unknown;
            };
            progress: components["schemas"]["Progress"];
            /** Warnings */
            warnings: components["schemas"]["Fault"][];
            error: components["schemas"]["JobError"] | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * JobError
         * @description Why a job failed.
         */
        JobError: {
            /** Code */
            code: string;
            /** Detail */
            detail: string;
            /**
             * Suggested Fix
             * @default null
             */
            suggested_fix?: string | null;
        } & {
            [key: string]: unknown;
        };
        /**
         * Jobs
         * @description A page of jobs, the latest first.
         */
        Jobs: {
            /**
             * Next Cursor
             * @description Pass it on as `cursor` for the next page; null on the last one.
             */
            next_cursor: string | null;
            /** Data */
            data: components["schemas"]["Job"][];
        };
        /**
         * Keep
         * @description A value to keep from a token answer or a callback, as `name`.
         *
         *     A callback's parameters are read as a flat object. `host` keeps the host of a URL. `suffix` is what the value must
         *     end with, and is taken off. Where the profile's `config` declares `name`, the connection's config gets the value.
         */
        Keep: {
            /** Name */
            name: string;
            /**
             * Pointer
             * @description RFC 6901; empty: the whole body.
             */
            pointer: string;
            /**
             * As
             * @default text
             * @enum {string}
             */
            as?: "text" | "host";
            /**
             * Suffix
             * @default
             */
            suffix?: string;
        };
        /**
         * Limits
         * @description The bounds of one job. What is left out has the greatest value that is allowed.
         */
        Limits: {
            /**
             * Scope
             * @default path
             * @enum {string}
             */
            scope?: "path" | "host" | "site";
            /**
             * Hosts
             * @default []
             */
            hosts?: string[];
            /**
             * Pages
             * @default 200
             */
            pages?: number;
            /**
             * Depth
             * @default 4
             */
            depth?: number;
            /**
             * Bytes
             * @default 20000000
             */
            bytes?: number;
            /**
             * Page Bytes
             * @default 2000000
             */
            page_bytes?: number;
            /**
             * Seconds
             * @default 600
             */
            seconds?: number;
            /**
             * Requests Per S
             * @default 2
             */
            requests_per_s?: number;
            /**
             * Tokens
             * @description Of the model; else what the settings allow.
             * @default null
             */
            tokens?: number | null;
        };
        /**
         * MaskedRequest
         * @description The upstream request, without its secrets.
         */
        MaskedRequest: {
            /** Method */
            method: string;
            /** Url */
            url: string;
            /** Headers */
            headers: [
                string,
                string
            ][];
        };
        /**
         * Me
         * @description The key behind the request.
         */
        Me: {
            /** Key Id */
            key_id: string;
            /** Name */
            name: string;
            /** Workspace */
            workspace: string;
            /**
             * Stage
             * @description Which deployment this is, such as `local` or `prod`.
             */
            stage: string;
            /**
             * Callback Url
             * @description What to register with OAuth providers; null while the deployment does not know its own address.
             */
            callback_url: string | null;
            /** Scopes */
            scopes: ("invoke" | "registry:read" | "registry:write" | "connections:write" | "admin" | "root")[];
            /**
             * Read Only
             * @description The key can change and call nothing.
             */
            read_only: boolean;
            /** Integrations */
            integrations: string[] | null;
            limits: components["schemas"]["Quota"] | null;
            /** Expires At */
            expires_at: string | null;
        };
        /**
         * Moment
         * @description Where an answer tells a moment, and in which unit; `delta_…` count from the answer.
         */
        Moment: {
            /**
             * Pointer
             * @description RFC 6901; empty: the whole body.
             */
            pointer: string;
            /**
             * Unit
             * @default delta_s
             * @enum {string}
             */
            unit?: "delta_s" | "delta_ms" | "epoch_s" | "epoch_ms" | "iso";
        };
        /**
         * NewClient
         * @description The body of PUT.
         */
        NewClient: {
            /** Client Id */
            client_id: string;
            /**
             * Client Secret
             * @default null
             */
            client_secret?: string | null;
            /**
             * Auth Method
             * @description client_secret_basic where there is a secret, else private_key_jwt or none.
             * @default null
             */
            auth_method?: ("client_secret_basic" | "client_secret_post" | "none" | "private_key_jwt") | null;
            /**
             * Private Key
             * @description PEM, or a JWK.
             * @default null
             */
            private_key?: string | null;
            /**
             * Key Id
             * @default null
             */
            key_id?: string | null;
            /**
             * Algorithm
             * @default RS256
             * @enum {string}
             */
            algorithm?: "RS256" | "RS384" | "RS512" | "PS256" | "ES256" | "ES384" | "EdDSA";
        };
        /**
         * NewConnection
         * @description The body of PUT. For OAuth: the client to use, and tokens that there are already or what fetches them.
         *
         *     For a secret that nobody can refresh, `expires_at` is when it will end.
         */
        NewConnection: {
            /** Config */
            config?: {
                [key: string]: unknown;
            };
            /** Metadata */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * Tags
             * @default []
             */
            tags?: string[];
            /**
             * Value
             * @default null
             */
            value?: string | null;
            /**
             * Username
             * @default null
             */
            username?: string | null;
            /**
             * Password
             * @default null
             */
            password?: string | null;
            /**
             * Token
             * @default null
             */
            token?: string | null;
            /**
             * Headers
             * @default null
             */
            headers?: {
                [key: string]: string;
            } | null;
            /**
             * Access Token
             * @default null
             */
            access_token?: string | null;
            /**
             * Refresh Token
             * @default null
             */
            refresh_token?: string | null;
            /**
             * Expires At
             * @default null
             */
            expires_at?: string | null;
            /**
             * Scopes
             * @default null
             */
            scopes?: string[] | null;
            /**
             * Client
             * @default null
             */
            client?: string | null;
        };
        /**
         * NewJob
         * @description A job. `base_url` and `auth` are for descriptions that lack them, and win over what they say.
         *
         *     `verification` is the call that proves a credential: no description says which it is. `limits` bound the reading of
         *     a site.
         */
        NewJob: {
            /** Integration */
            integration: string;
            source: components["schemas"]["Source"];
            /**
             * Base Url
             * @default null
             */
            base_url?: string | null;
            /** @default null */
            auth?: components["schemas"]["AuthScheme"] | null;
            /** @default null */
            verification?: components["schemas"]["Verification"] | null;
            /**
             * Auto Publish
             * @default false
             */
            auto_publish?: boolean;
            /**
             * @default {
             *       "scope": "path",
             *       "hosts": [],
             *       "pages": 200,
             *       "depth": 4,
             *       "bytes": 20000000,
             *       "page_bytes": 2000000,
             *       "seconds": 600,
             *       "requests_per_s": 2,
             *       "tokens": null
             *     }
             */
            limits?: components["schemas"]["Limits"];
        };
        /**
         * NewKey
         * @description What a key may do. `integrations` null: all of the workspace's; `limits` null: as often as the workspace may.
         */
        NewKey: {
            /** Name */
            name: string;
            /** Scopes */
            scopes: ("invoke" | "registry:read" | "registry:write" | "connections:write" | "admin" | "root")[];
            /**
             * Integrations
             * @default null
             */
            integrations?: string[] | null;
            /** @default null */
            limits?: components["schemas"]["Quota"] | null;
            /**
             * Expires At
             * @default null
             */
            expires_at?: string | null;
        };
        /**
         * NewSession
         * @description The body of POST: what may be connected, and how the connection is to be called.
         */
        NewSession: {
            /** Integrations */
            integrations: string[];
            /**
             * Connection
             * @default default
             */
            connection?: string;
            /**
             * Tags
             * @default []
             */
            tags?: string[];
            /**
             * Return To
             * @description A path on our own origin where the browser ends.
             * @default null
             */
            return_to?: string | null;
        };
        /**
         * NewWorkspace
         * @description A workspace's name.
         */
        NewWorkspace: {
            /** Name */
            name: string;
        };
        /**
         * OAuthClient
         * @description A registration with a provider, without its secret.
         */
        OAuthClient: {
            /** Integration */
            integration: string;
            /** Name */
            name: string;
            /** Client Id */
            client_id: string;
            /**
             * Auth Method
             * @enum {string}
             */
            auth_method: "client_secret_basic" | "client_secret_post" | "none" | "private_key_jwt";
            /** Key Id */
            key_id: string | null;
            /** Algorithm */
            algorithm: string;
            secret: components["schemas"]["Secret"] | null;
            /** Callback Url */
            callback_url: string | null;
            /** Version */
            version: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * OAuthClients
         * @description All clients of an integration.
         */
        OAuthClients: {
            /**
             * Next Cursor
             * @description Pass it on as `cursor` for the next page; null on the last one.
             */
            next_cursor: string | null;
            /** Data */
            data: components["schemas"]["OAuthClient"][];
            /**
             * Callback Url
             * @description What to register with the provider; null where nobody is sent to it.
             */
            callback_url: string | null;
        };
        /**
         * OAuthProfile
         * @description The departures of one provider. Texts in parameters may hold `{variables}` of the connection's config.
         */
        OAuthProfile: {
            /**
             * @default {
             *       "pkce": "S256",
             *       "response_type": "code",
             *       "parameters": {},
             *       "names": {}
             *     }
             */
            authorize?: components["schemas"]["Authorize"];
            /**
             * @default {
             *       "code": "code",
             *       "issuer": null,
             *       "keep": []
             *     }
             */
            callback?: components["schemas"]["Callback"];
            /**
             * @default {
             *       "method": "POST",
             *       "body": "form",
             *       "headers": {},
             *       "parameters": {},
             *       "refresh_parameters": {},
             *       "names": {},
             *       "basic_encoding": "form"
             *     }
             */
            request?: components["schemas"]["TokenRequest"];
            /**
             * @default {
             *       "access_token": "/access_token",
             *       "refresh_token": "/refresh_token",
             *       "token_type": "/token_type",
             *       "scope": "/scope",
             *       "expires": {
             *         "pointer": "/expires_in",
             *         "unit": "delta_s"
             *       },
             *       "failure": {
             *         "code": "/error",
             *         "permanent": [
             *           "invalid_grant"
             *         ],
             *         "pointer": "",
             *         "values": []
             *       },
             *       "keep": [],
             *       "lifetime_s": null
             *     }
             */
            answer?: components["schemas"]["Answer"];
            /**
             * @default {
             *       "expected": true,
             *       "hint": null,
             *       "margin_s": null,
             *       "at_once": 64
             *     }
             */
            refresh?: components["schemas"]["Refresh"];
            /**
             * @default {
             *       "audience": null,
             *       "subject": null,
             *       "claims": {},
             *       "has_scope": false,
             *       "lifetime_s": 300
             *     }
             */
            assertion?: components["schemas"]["Assertion"];
            /**
             * Scope Separator
             * @default
             */
            scope_separator?: string;
            /**
             * Revoke Url
             * @description RFC 7009.
             * @default null
             */
            revoke_url?: string | null;
        };
        /**
         * PageSize
         * @description How many items a page has.
         */
        PageSize: {
            /**
             * Name
             * @description The parameter; dots nest within a body.
             */
            name: string;
            /**
             * Sent In
             * @description Where requests have it.
             * @default query
             * @enum {string}
             */
            sent_in?: "query" | "body";
            /**
             * Default
             * @description What the API takes where nothing is said.
             * @default null
             */
            default?: number | null;
            /**
             * Maximum
             * @description The most that it takes.
             * @default null
             */
            maximum?: number | null;
        };
        /**
         * Pagination
         * @description How lists go on. Stored, validated and shown; not executed yet.
         */
        Pagination: {
            /**
             * Style
             * @description `link`: the Link header's rel=next (RFC 8288). `next_url`: a URL in the body. Both lead to the integration's approved hosts only.
             * @enum {string}
             */
            style: "cursor" | "offset" | "page" | "link" | "next_url";
            /**
             * Items
             * @description Where the items are; empty: the body itself.
             * @default
             */
            items?: string;
            /**
             * Items Are
             * @description `object`: by key, as values.
             * @default array
             * @enum {string}
             */
            items_are?: "array" | "object";
            /**
             * @description For style `cursor`.
             * @default null
             */
            cursor?: components["schemas"]["Cursor"] | null;
            /**
             * @description For styles `offset` and `page`.
             * @default null
             */
            counter?: components["schemas"]["Counter"] | null;
            /**
             * Next Url
             * @description For style `next_url`: absolute or relative.
             * @default null
             */
            next_url?: string | null;
            /**
             * @description The parameter for the page's size.
             * @default null
             */
            size?: components["schemas"]["PageSize"] | null;
            /**
             * @description What ends a list.
             * @default {
             *       "more": null,
             *       "total": null,
             *       "total_counts": "items",
             *       "on_short_page": false,
             *       "on_empty_page": true,
             *       "max_pages": 1000
             *     }
             */
            stop?: components["schemas"]["Stop"];
        };
        /**
         * Percentiles
         * @description How long calls took, ours included, in milliseconds; right within 5 %. Null where there were none.
         */
        Percentiles: {
            /** P50 */
            p50: number | null;
            /** P95 */
            p95: number | null;
            /** P99 */
            p99: number | null;
        };
        /**
         * Policy
         * @description How calls of this integration are made and recorded.
         */
        Policy: {
            /**
             * Timeout S
             * @description Whole call, seconds.
             * @default 25
             */
            timeout_s?: number;
            /**
             * Output
             * @description What becomes of an answer that does not fit its schema.
             * @default warn
             * @enum {string}
             */
            output?: "off" | "warn" | "strict";
            /**
             * Record
             * @description What is kept of a call, besides its metrics.
             * @enum {string}
             */
            record?: "metadata" | "full" | "none";
            /**
             * @description Calls of this integration, of all keys together.
             * @default null
             */
            limits?: components["schemas"]["Quota"] | null;
            /**
             * @default {
             *       "enabled": true,
             *       "failure_rate": 0.5,
             *       "minimum_calls": 5,
             *       "open_s": 10
             *     }
             */
            breaker?: components["schemas"]["BreakerPolicy"];
        };
        /**
         * Problem
         * @description An error (RFC 9457); further members depend on the code.
         */
        Problem: {
            /** Type */
            type: string;
            /** Title */
            title: string;
            /** Status */
            status: number;
            /** Code */
            code: string;
            /** Detail */
            detail: string;
            /** Retryable */
            retryable: boolean;
            /** Request Id */
            request_id: string;
            /**
             * Suggested Fix
             * @default null
             */
            suggested_fix?: string | null;
            /**
             * Errors
             * @default null
             */
            errors?: components["schemas"]["Fault"][] | null;
            /** @default null */
            upstream?: components["schemas"]["Upstream"] | null;
            /**
             * Outcome
             * @description The write may have happened.
             * @default null
             */
            outcome?: "unknown" | null;
        } & {
            [key: string]: unknown;
        };
        /**
         * Profile
         * @description An upstream's quirks, as data.
         */
        Profile: {
            /**
             * Config
             * @description The variables of `base_url`, `hosts` and actions' `server`, filled from a connection's `config`.
             */
            config?: {
                [key: string]: components["schemas"]["ConfigField"];
            };
            /**
             * @description Further authorities, of an owner's own.
             * @default null
             */
            tls?: components["schemas"]["Tls"] | null;
            /**
             * Constants
             * @description What every request carries, unless the action says something else there.
             * @default []
             */
            constants?: components["schemas"]["Constant"][];
            /**
             * Idempotency Header
             * @description The header that makes any write of this API repeatable; an action's own goes first.
             * @default null
             */
            idempotency_header?: string | null;
            /**
             * @description How the upstream says that it does not accept the credential.
             * @default {
             *       "statuses": [
             *         401
             *       ],
             *       "body": null
             *     }
             */
            auth_failure?: components["schemas"]["AuthFailure"];
            /**
             * @description How it says “too many”, and what is left.
             * @default {
             *       "statuses": [
             *         429
             *       ],
             *       "windows": [],
             *       "body": null,
             *       "scope": "connection"
             *     }
             */
            rate_limits?: components["schemas"]["RateLimits"];
            /**
             * Answers
             * @description What answers mean where their status does not say.
             * @default []
             */
            answers?: components["schemas"]["AnswerRule"][];
            /**
             * @description How its lists go on (stored, not executed yet).
             * @default null
             */
            pagination?: components["schemas"]["Pagination"] | null;
        };
        /**
         * Progress
         * @description How far a job is.
         */
        Progress: {
            /** Pages Found */
            pages_found: number;
            /** Pages Read */
            pages_read: number;
            /** Endpoints */
            endpoints: number;
            /** Tokens */
            tokens: number;
            /** Cost Usd */
            cost_usd: number;
        } & {
            [key: string]: unknown;
        };
        /**
         * Publication
         * @description What to publish: "all" that is sure enough and not rejected, or exactly the actions named.
         */
        "Publication-Input": {
            /**
             * Accept
             * @default all
             */
            accept?: "all" | string[];
            /**
             * Min Confidence
             * @default 0
             */
            min_confidence?: number;
        };
        /**
         * Publication
         * @description What was published: names of actions.
         */
        "Publication-Output": {
            /** Integration */
            integration: string;
            /** Published */
            published: string[];
            /** Unchanged */
            unchanged: string[];
            /** Removed */
            removed: string[];
            /** Kept */
            kept: string[];
            /**
             * Held
             * @description Those of `kept` that are only accepted by name, and why.
             */
            held: {
                [key: string]: string;
            };
        };
        /**
         * Quota
         * @description `per_second` calls in the long run, `burst` at once: by default those of two seconds, and one at least.
         */
        Quota: {
            /**
             * Per Second
             * @description Calls per second in the long run.
             */
            per_second: number;
            /**
             * Burst
             * @description Calls at once; two seconds' worth if null.
             * @default null
             */
            burst?: number | null;
        };
        /**
         * RateLimit
         * @description What the upstream says is left of its limit.
         */
        RateLimit: {
            /**
             * Remaining
             * @default null
             */
            remaining?: number | null;
            /**
             * Reset S
             * @default null
             */
            reset_s?: number | null;
        };
        /**
         * RateLimits
         * @description How an upstream says “too many”: which answers mean it, which headers tell what is left.
         */
        RateLimits: {
            /**
             * Statuses
             * @description Statuses that may mean it. 429 confirms itself; any other needs a Retry-After, a window that is used up, or the body rule.
             * @default [
             *       429
             *     ]
             */
            statuses?: number[];
            /**
             * Windows
             * @description What its headers tell. Of several windows the longest wait counts.
             * @default []
             */
            windows?: components["schemas"]["Window"][];
            /**
             * @description A body that means it, whatever the status.
             * @default null
             */
            body?: components["schemas"]["BodyRule"] | null;
            /**
             * Scope
             * @description What the upstream counts together: the calls of a connection, of all of them, or of each action.
             * @default connection
             * @enum {string}
             */
            scope?: "connection" | "integration" | "action";
        };
        /**
         * RecordedBody
         * @description A body as it may be shown: without secrets, by value and by name, and cut to 8 KB.
         */
        RecordedBody: {
            /** Content Type */
            content_type: string;
            /**
             * Bytes
             * @description Of the whole body.
             */
            bytes: number;
            /** Truncated */
            truncated: boolean;
            /**
             * Text
             * @default null
             */
            text?: string | null;
            /**
             * Base64
             * @default null
             */
            base64?: string | null;
        };
        /**
         * RecordedInvocation
         * @description A record of the log, with its bodies where they were recorded.
         */
        RecordedInvocation: {
            /** Request Id */
            request_id: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Integration */
            integration: string;
            /** Action */
            action: string;
            /** Version */
            version: number | null;
            /** Connection */
            connection: string | null;
            /** Status */
            status: number;
            /** Code */
            code: string | null;
            /**
             * Outcome
             * @enum {string}
             */
            outcome: "succeeded" | "failed" | "unknown";
            /** Duration Ms */
            duration_ms: number;
            upstream: components["schemas"]["Upstream"] | null;
            request: components["schemas"]["MaskedRequest"] | null;
            /** Sizes */
            sizes: {
                [key: string]: number;
            };
            /** Output Valid */
            output_valid: boolean | null;
            /** Dry Run */
            dry_run: boolean;
            /** Key Id */
            key_id: string;
            /**
             * Idempotency Key
             * @description The hash of the caller's `Idempotency-Key`.
             */
            idempotency_key: string | null;
            /**
             * Answered From
             * @description The request whose kept answer this one got.
             */
            answered_from: string | null;
            /** Replay Of */
            replay_of: string | null;
            /**
             * Trace Id
             * @description The X-Ray trace that it belongs to, sampled or not.
             */
            trace_id: string | null;
            bodies: components["schemas"]["Bodies"] | null;
        };
        /**
         * Refresh
         * @description Whether and when tokens are renewed.
         */
        Refresh: {
            /**
             * Expected
             * @description False: the provider gives no refresh token, and none is missed.
             * @default true
             */
            expected?: boolean;
            /**
             * Hint
             * @description What makes the provider give one, such as a scope.
             * @default null
             */
            hint?: string | null;
            /**
             * Margin S
             * @description Renew so long before expiry, not sooner.
             * @default null
             */
            margin_s?: number | null;
            /**
             * At Once
             * @description Token requests of the sweep at the same time.
             * @default 64
             */
            at_once?: number;
        };
        /**
         * Renaming
         * @description The body of PATCH.
         */
        Renaming: {
            /** Name */
            name: string;
        };
        /**
         * Request
         * @description The body of authorize: settings for the connection, where it is new or they change.
         */
        Request: {
            /**
             * Client
             * @default null
             */
            client?: string | null;
            /**
             * Config
             * @default null
             */
            config?: {
                [key: string]: unknown;
            } | null;
            /**
             * Metadata
             * @default null
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * Tags
             * @default null
             */
            tags?: string[] | null;
            /**
             * Return To
             * @description A path on our own origin where the browser ends.
             * @default null
             */
            return_to?: string | null;
        };
        /**
         * Revocation
         * @description Whether the provider has revoked the tokens (RFC 7009).
         */
        Revocation: {
            /**
             * Outcome
             * @enum {string}
             */
            outcome: "revoked" | "failed" | "unsupported";
            /** Detail */
            detail: string;
        };
        /**
         * Rotation
         * @description How far the rotation of a workspace's keyring is; `none` where there was none lately.
         */
        Rotation: {
            /**
             * Status
             * @enum {string}
             */
            status: "none" | "starting" | "waiting" | "resealing" | "done";
            /**
             * Started At
             * @default null
             */
            started_at?: string | null;
            /**
             * Continues At
             * @description When every process has the new key.
             * @default null
             */
            continues_at?: string | null;
            /**
             * Finished At
             * @default null
             */
            finished_at?: string | null;
            /**
             * Resealed
             * @description How many sealed values were sealed anew.
             * @default 0
             */
            resealed?: number;
            /**
             * Unreadable
             * @description What no key opens, by name.
             * @default []
             */
            unreadable?: string[];
        };
        /**
         * Secret
         * @description What is told of a credential: its last four characters, if it is long, and a fingerprint.
         */
        Secret: {
            /** Last4 */
            last4: string | null;
            /** Fingerprint */
            fingerprint: string | null;
        };
        /**
         * Source
         * @description Where the description is: exactly one of `url`, `document` (inline) and `upload` (a file, or a zip of files).
         *
         *
         *     `url` may lead to documentation for people. `auto` then reads a machine-readable description where the site has one,
         *     and the pages where it has none; `site` always reads the pages.
         */
        Source: {
            /**
             * Type
             * @default auto
             * @enum {string}
             */
            type?: "auto" | "openapi" | "postman" | "pack" | "site";
            /**
             * Url
             * @default null
             */
            url?: string | null;
            /**
             * Document
             * @default null
             */
            document?: {
                [key: string]: unknown;
            } | string | null;
            /**
             * Upload
             * @default null
             */
            upload?: string | null;
        };
        /**
         * StateCounts
         * @description How many actions of a draft are in each state.
         */
        StateCounts: {
            /** Proposed */
            proposed: number;
            /** Accepted */
            accepted: number;
            /** Rejected */
            rejected: number;
        };
        /**
         * Stop
         * @description What ends a list, besides a cursor or link that is absent, null or empty, or the same as before.
         */
        Stop: {
            /**
             * More
             * @description A boolean in the body: false ends the list.
             * @default null
             */
            more?: string | null;
            /**
             * Total
             * @description The number of all items, or of all pages.
             * @default null
             */
            total?: string | null;
            /**
             * Total Counts
             * @description What `total` counts.
             * @default items
             * @enum {string}
             */
            total_counts?: "items" | "pages";
            /**
             * On Short Page
             * @description A page with fewer items than asked for is the last.
             * @default false
             */
            on_short_page?: boolean;
            /**
             * On Empty Page
             * @description So is one without items. False: some APIs go on after one.
             * @default true
             */
            on_empty_page?: boolean;
            /**
             * Max Pages
             * @description Never more pages than this in one run.
             * @default 1000
             */
            max_pages?: number;
        };
        /**
         * Stretch
         * @description Which part of the log is filled again; `cursor` goes on where an answer ended.
         */
        Stretch: {
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /**
             * Until
             * Format: date-time
             */
            until: string;
            /**
             * Cursor
             * @default null
             */
            cursor?: string | null;
        };
        /**
         * TagChange
         * @description How many things were changed; `remaining` above 0 asks for the same call again.
         */
        TagChange: {
            /** Name */
            name: string | null;
            /** Integrations */
            integrations: number;
            /** Actions */
            actions: number;
            /** Connections */
            connections: number;
            /** Remaining */
            remaining: number;
        };
        /**
         * TagCounts
         * @description A tag, and how many things carry it.
         */
        TagCounts: {
            /** Name */
            name: string;
            /** Integrations */
            integrations: number;
            /** Actions */
            actions: number;
            /** Connections */
            connections: number;
        };
        /**
         * Tags
         * @description A page of tags.
         */
        Tags: {
            /**
             * Next Cursor
             * @description Pass it on as `cursor` for the next page; null on the last one.
             */
            next_cursor: string | null;
            /** Data */
            data: components["schemas"]["TagCounts"][];
        };
        /**
         * Tls
         * @description Whom an upstream's certificate may be signed by, besides the authorities that everybody trusts.
         */
        Tls: {
            /**
             * Ca Pem
             * @description One or more certificates, PEM.
             */
            ca_pem: string;
        };
        /**
         * TokenRequest
         * @description How the token endpoint is asked (RFC 6749, section 4.1.3).
         */
        TokenRequest: {
            /**
             * Method
             * @default POST
             * @enum {string}
             */
            method?: "POST" | "GET";
            /**
             * Body
             * @default form
             * @enum {string}
             */
            body?: "form" | "json";
            /** Headers */
            headers?: {
                [key: string]: string;
            };
            /** Parameters */
            parameters?: {
                [key: string]: string;
            };
            /** Refresh Parameters */
            refresh_parameters?: {
                [key: string]: string;
            };
            /** Names */
            names?: {
                [key: string]: string;
            };
            /**
             * Basic Encoding
             * @description Client id and secret before Basic: urlencoded (RFC 6749, 2.3.1), or as they are.
             * @default form
             * @enum {string}
             */
            basic_encoding?: "form" | "raw";
        };
        /**
         * Trial
         * @description The body of a test: a credential that is not saved, or nothing.
         */
        Trial: {
            /**
             * Value
             * @default null
             */
            value?: string | null;
            /**
             * Username
             * @default null
             */
            username?: string | null;
            /**
             * Password
             * @default null
             */
            password?: string | null;
            /**
             * Token
             * @default null
             */
            token?: string | null;
            /**
             * Headers
             * @default null
             */
            headers?: {
                [key: string]: string;
            } | null;
            /**
             * Access Token
             * @default null
             */
            access_token?: string | null;
            /**
             * Refresh Token
             * @default null
             */
            refresh_token?: string | null;
            /**
             * Expires At
             * @default null
             */
            expires_at?: string | null;
            /**
             * Scopes
             * @default null
             */
            scopes?: string[] | null;
            /**
             * Config
             * @default null
             */
            config?: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * Upload
         * @description A kept file.
         */
        Upload: {
            /** Upload */
            upload: string;
            /** Bytes */
            bytes: number;
            /** Sha256 */
            sha256: string;
        };
        /**
         * Upstream
         * @description What the upstream did.
         */
        Upstream: {
            /** Status */
            status: number | null;
            /** Duration Ms */
            duration_ms: number;
            /** Attempts */
            attempts: components["schemas"]["Attempt"][];
            /**
             * Location
             * @default null
             */
            location?: string | null;
            /**
             * Body
             * @default null
             */
            body?: unknown;
        };
        /**
         * Usage
         * @description Calls, errors and latency.
         */
        Usage: {
            /** Calls */
            calls: number;
            errors: components["schemas"]["ErrorCounts"];
            latency_ms: components["schemas"]["Percentiles"];
            series: components["schemas"]["UsageSeries"];
        };
        /**
         * UsageOf
         * @description The usage of an integration, or of one action.
         */
        UsageOf: {
            /** Calls */
            calls: number;
            errors: components["schemas"]["ErrorCounts"];
            latency_ms: components["schemas"]["Percentiles"];
            series: components["schemas"]["UsageSeries"];
            /** Integration */
            integration: string;
            /**
             * Action
             * @description Null where it is the whole integration.
             */
            action: string | null;
        };
        /**
         * UsageReport
         * @description Usage within whole hours or days, in UTC.
         */
        UsageReport: {
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /**
             * Until
             * Format: date-time
             */
            until: string;
            /**
             * Bucket
             * @enum {string}
             */
            bucket: "hour" | "day";
            /**
             * Times
             * @description When each bucket begins.
             */
            times: string[];
            /** @description All of `data` together. */
            total: components["schemas"]["Usage"];
            /** Data */
            data: components["schemas"]["UsageOf"][];
        };
        /**
         * UsageSeries
         * @description The same bucket by bucket, beside `times`.
         */
        UsageSeries: {
            /** Calls */
            calls: number[];
            /** Errors */
            errors: number[];
            /** P95 Ms */
            p95_ms: (number | null)[];
        };
        /**
         * Verdict
         * @description What the verification call showed.
         */
        Verdict: {
            /** Ok */
            ok: boolean;
            /** Status */
            status: number | null;
            /** Detail */
            detail: string;
            /** Duration Ms */
            duration_ms: number;
            request: components["schemas"]["MaskedRequest"];
            /** Body */
            body: unknown;
            /**
             * At
             * Format: date-time
             */
            at: string;
        };
        /**
         * Verdicts
         * @description The same verdict on many actions of a draft: on those named, or on all that the query narrows it to.
         */
        Verdicts: {
            /**
             * State
             * @enum {string}
             */
            state: "proposed" | "accepted" | "rejected";
            /**
             * Actions
             * @default null
             */
            actions?: string[] | null;
        };
        /**
         * Verification
         * @description The call that proves a credential works.
         */
        Verification: {
            /**
             * Method
             * @default GET
             * @enum {string}
             */
            method?: "GET" | "HEAD" | "POST";
            /** Path */
            path: string;
            /**
             * Expect Status
             * @default 200
             */
            expect_status?: number;
            /**
             * Body
             * @description Sent as JSON, for an API that wants a POST.
             * @default null
             */
            body?: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * Warning
         * @description Something that its owner should hear about.
         */
        Warning: {
            /** Code */
            code: string;
            /** Detail */
            detail: string;
        };
        /**
         * WholeJob
         * @description A scrape job, with what was read of a site; `coverage` is null for a description.
         */
        WholeJob: {
            /** Id */
            id: string;
            /** Integration */
            integration: string;
            /**
             * Status
             * @enum {string}
             */
            status: "queued" | "running" | "needs_review" | "published" | "failed" | "cancelled";
            /** Step */
            step: string | null;
            /** Source */
            source: {
                [key: string]: unknown;
            };
            /** Auto Publish */
            auto_publish: boolean;
            /** Limits */
            limits: {
                [key: string]: unknown;
            };
            progress: components["schemas"]["Progress"];
            /** Warnings */
            warnings: components["schemas"]["Fault"][];
            error: components["schemas"]["JobError"] | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            coverage: components["schemas"]["Coverage"] | null;
        };
        /**
         * Window
         * @description One window of an upstream's rate limit, as its headers tell of it. The reset's unit must be declared.
         */
        Window: {
            /**
             * Remaining
             * @description The header that says how many calls are left.
             * @default null
             */
            remaining?: string | null;
            /**
             * Reset
             * @description The header that says when the window starts anew.
             */
            reset: string;
            /**
             * Unit
             * @description How it says so: a moment (`epoch_s`, `epoch_ms`, `iso`), a time to wait (`delta_s`, `delta_ms`), or text such as `6m0s` (`duration`).
             * @enum {string}
             */
            unit: "epoch_s" | "epoch_ms" | "delta_s" | "delta_ms" | "iso" | "duration";
        };
        /**
         * Workspace
         * @description A workspace.
         */
        Workspace: {
            /** Name */
            name: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
        };
        /**
         * Workspaces
         * @description All workspaces.
         */
        Workspaces: {
            /**
             * Next Cursor
             * @description Pass it on as `cursor` for the next page; null on the last one.
             */
            next_cursor: string | null;
            /** Data */
            data: components["schemas"]["Workspace"][];
        };
    };
    responses: {
        /** @description One of: `bad_header`, `invalid_cursor`, `malformed_json`. */
        Problem400: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 400;
                    /** @enum {unknown} */
                    code?: "bad_header" | "invalid_cursor" | "malformed_json";
                };
            };
        };
        /** @description One of: `unauthenticated`. */
        Problem401: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 401;
                    /** @enum {unknown} */
                    code?: "unauthenticated";
                };
            };
        };
        /** @description One of: `egress_blocked`, `export_disabled`, `insufficient_scope`, `integration_disabled`. */
        Problem403: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 403;
                    /** @enum {unknown} */
                    code?: "egress_blocked" | "export_disabled" | "insufficient_scope" | "integration_disabled";
                };
            };
        };
        /** @description One of: `action_not_found`, `api_key_not_found`, `client_not_found`, `connect_session_not_found`, `connection_not_found`, `draft_not_found`, `integration_not_found`, `invocation_not_found`, `not_recorded_yet`, `route_not_found`, `scrape_job_not_found`, `upload_not_found`, `workspace_not_found`. */
        Problem404: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 404;
                    /** @enum {unknown} */
                    code?: "action_not_found" | "api_key_not_found" | "client_not_found" | "connect_session_not_found" | "connection_not_found" | "draft_not_found" | "integration_not_found" | "invocation_not_found" | "not_recorded_yet" | "route_not_found" | "scrape_job_not_found" | "upload_not_found" | "workspace_not_found";
                };
            };
        };
        /** @description One of: `method_not_allowed`. */
        Problem405: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 405;
                    /** @enum {unknown} */
                    code?: "method_not_allowed";
                };
            };
        };
        /** @description One of: `connection_ambiguous`, `connection_required`, `idempotency_in_progress`, `name_taken`, `needs_reauth`, `outcome_unknown`, `public_url_unknown`, `version_conflict`, `wrong_state`. */
        Problem409: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 409;
                    /** @enum {unknown} */
                    code?: "connection_ambiguous" | "connection_required" | "idempotency_in_progress" | "name_taken" | "needs_reauth" | "outcome_unknown" | "public_url_unknown" | "version_conflict" | "wrong_state";
                };
            };
        };
        /** @description One of: `etag_mismatch`. */
        Problem412: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 412;
                    /** @enum {unknown} */
                    code?: "etag_mismatch";
                };
            };
        };
        /** @description One of: `too_large`. */
        Problem413: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 413;
                    /** @enum {unknown} */
                    code?: "too_large";
                };
            };
        };
        /** @description One of: `unsupported_media_type`. */
        Problem415: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 415;
                    /** @enum {unknown} */
                    code?: "unsupported_media_type";
                };
            };
        };
        /** @description One of: `base_url_missing`, `document_too_complex`, `document_too_deep`, `document_too_large`, `idempotency_key_reused`, `invalid_input`, `malformed_document`, `not_openapi`, `nothing_to_import`, `reserved_parameter`, `robots_denied`, `source_unreachable`. */
        Problem422: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 422;
                    /** @enum {unknown} */
                    code?: "base_url_missing" | "document_too_complex" | "document_too_deep" | "document_too_large" | "idempotency_key_reused" | "invalid_input" | "malformed_document" | "not_openapi" | "nothing_to_import" | "reserved_parameter" | "robots_denied" | "source_unreachable";
                };
            };
        };
        /** @description One of: `upstream_refused`. */
        Problem424: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 424;
                    /** @enum {unknown} */
                    code?: "upstream_refused";
                };
            };
        };
        /** @description One of: `rate_limited`, `upstream_rate_limited`. */
        Problem429: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 429;
                    /** @enum {unknown} */
                    code?: "rate_limited" | "upstream_rate_limited";
                };
            };
        };
        /** @description One of: `internal_error`. */
        Problem500: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 500;
                    /** @enum {unknown} */
                    code?: "internal_error";
                };
            };
        };
        /** @description One of: `upstream_failed`, `upstream_invalid_response`, `upstream_response_too_large`, `upstream_tls_error`, `upstream_unreachable`. */
        Problem502: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 502;
                    /** @enum {unknown} */
                    code?: "upstream_failed" | "upstream_invalid_response" | "upstream_response_too_large" | "upstream_tls_error" | "upstream_unreachable";
                };
            };
        };
        /** @description One of: `circuit_open`, `unavailable`. */
        Problem503: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 503;
                    /** @enum {unknown} */
                    code?: "circuit_open" | "unavailable";
                };
            };
        };
        /** @description One of: `upstream_timeout`. */
        Problem504: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    status?: 504;
                    /** @enum {unknown} */
                    code?: "upstream_timeout";
                };
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    actions_page: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                integration?: string;
                q?: string;
                tag?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of actions; of a search, the best first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Actions"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    actions_get: {
        parameters: {
            query?: {
                include?: string;
            };
            header?: never;
            path: {
                integration: string;
                action: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An action as it is stored; its input schema stands alone. `output_schema` comes where it was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Action"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    actions_put: {
        parameters: {
            query?: never;
            header?: {
                /** @description Go on only while the stored version is this one (RFC 9110, 13.1.1). */
                "If-Match"?: string;
            };
            path: {
                integration: string;
                action: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "method": "GET",
                 *       "path": "/tickets/{id}",
                 *       "behaviour": "read",
                 *       "input_schema": {
                 *         "type": "object",
                 *         "properties": {
                 *           "id": {
                 *             "type": "integer"
                 *           }
                 *         },
                 *         "required": [
                 *           "id"
                 *         ]
                 *       },
                 *       "bindings": {
                 *         "id": {
                 *           "in": "path",
                 *           "name": "id"
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ActionFacts"];
            };
        };
        responses: {
            /** @description An action as it is stored; its input schema stands alone. `output_schema` comes where it was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Action"];
                };
            };
            /** @description An action as it is stored; its input schema stands alone. `output_schema` comes where it was asked for. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Action"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    invoking_run: {
        parameters: {
            query?: {
                dry_run?: boolean;
            };
            header?: {
                /** @description Which connection; else the only one, or `default`. */
                "Waygate-Connection"?: string;
                /** @description Seconds that the caller allows; at most 25. */
                "Waygate-Timeout"?: number;
                /** @description Lets a write be repeated safely: the same key and input get the same answer. */
                "Idempotency-Key"?: string;
                /** @description `raw`: the upstream's status, content type and bytes instead of the envelope. */
                "Waygate-Response"?: "envelope" | "raw";
            };
            path: {
                integration: string;
                action: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "pet_id": 1
                 *     }
                 */
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description `data` is what the upstream's body says. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvocationResult"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            424: components["responses"]["Problem424"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            502: components["responses"]["Problem502"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    actions_delete: {
        parameters: {
            query?: never;
            header?: {
                /** @description Go on only while the stored version is this one (RFC 9110, 13.1.1). */
                "If-Match"?: string;
            };
            path: {
                integration: string;
                action: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    actions_patch: {
        parameters: {
            query?: never;
            header?: {
                /** @description Go on only while the stored version is this one (RFC 9110, 13.1.1). */
                "If-Match"?: string;
            };
            path: {
                integration: string;
                action: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "summary": "One ticket, by its number"
                 *     }
                 */
                "application/json": components["schemas"]["ActionPatch"];
            };
        };
        responses: {
            /** @description An action as it is stored; its input schema stands alone. `output_schema` comes where it was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Action"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    keys_page: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of keys. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeys"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    keys_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "billing app",
                 *       "scopes": [
                 *         "invoke"
                 *       ],
                 *       "integrations": [
                 *         "demo"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["NewKey"];
            };
        };
        responses: {
            /** @description A new key: the only answer that shows the secret. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApiKey"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    keys_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A key, without its secret. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    keys_revoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    audit_page: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                integration?: string;
                connection?: string;
                actor?: string;
                since?: string;
                until?: string;
                format?: "json" | "jsonl";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the audit, the latest first; as JSON Lines, an entry a line, where that is asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEntries"];
                    "application/x-ndjson": unknown;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    connect_sessions_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "integrations": [
                 *         "crm"
                 *       ],
                 *       "connection": "acme"
                 *     }
                 */
                "application/json": components["schemas"]["NewSession"];
            };
        };
        responses: {
            /** @description A new connect session: the only answer that shows the link. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedConnectSession"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    connect_sessions_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A connect session. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectSession"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    connect_sessions_open_page: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session: string;
                secret: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page for people */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": unknown;
                };
            };
            /** @description A page for people */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": unknown;
                };
            };
            /** @description A page for people */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": unknown;
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 404;
                        /** @enum {unknown} */
                        code?: "action_not_found" | "api_key_not_found" | "client_not_found" | "connect_session_not_found" | "connection_not_found" | "draft_not_found" | "integration_not_found" | "invocation_not_found" | "not_recorded_yet" | "route_not_found" | "scrape_job_not_found" | "upload_not_found" | "workspace_not_found";
                    };
                };
            };
            409: components["responses"]["Problem409"];
            /** @description A page for people */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": unknown;
                };
            };
            413: components["responses"]["Problem413"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    connect_sessions_submit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session: string;
                secret: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": unknown;
            };
        };
        responses: {
            /** @description A page for people */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": unknown;
                };
            };
            /** @description On to `Location` */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A page for people */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": unknown;
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 400;
                        /** @enum {unknown} */
                        code?: "bad_header" | "invalid_cursor" | "malformed_json";
                    };
                };
            };
            403: components["responses"]["Problem403"];
            /** @description A page for people */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": unknown;
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 404;
                        /** @enum {unknown} */
                        code?: "action_not_found" | "api_key_not_found" | "client_not_found" | "connect_session_not_found" | "connection_not_found" | "draft_not_found" | "integration_not_found" | "invocation_not_found" | "not_recorded_yet" | "route_not_found" | "scrape_job_not_found" | "upload_not_found" | "workspace_not_found";
                    };
                };
            };
            409: components["responses"]["Problem409"];
            /** @description A page for people */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": unknown;
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    connections_page: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                integration?: string;
                tag?: string;
                status?: "pending" | "active" | "needs_reauth" | "error" | "disabled";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of connections. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connections"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    connections_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                integration: string;
                connection: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A connection, without its credential. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    connections_put: {
        parameters: {
            query?: never;
            header?: {
                /** @description Go on only while the stored version is this one (RFC 9110, 13.1.1). */
                "If-Match"?: string;
            };
            path: {
                integration: string;
                connection: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "value": "the-api-key",
                 *       "tags": [
                 *         "customer-17"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["NewConnection"];
            };
        };
        responses: {
            /** @description A connection, without its credential. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"];
                };
            };
            /** @description A connection, without its credential. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            424: components["responses"]["Problem424"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            502: components["responses"]["Problem502"];
            503: components["responses"]["Problem503"];
        };
    };
    connections_delete: {
        parameters: {
            query?: never;
            header?: {
                /** @description Go on only while the stored version is this one (RFC 9110, 13.1.1). */
                "If-Match"?: string;
            };
            path: {
                integration: string;
                connection: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What became of the tokens of a deleted connection; other credentials have no answer (204). */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            /** @description What became of the tokens of a deleted connection; other credentials have no answer (204). */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    connections_patch: {
        parameters: {
            query?: never;
            header?: {
                /** @description Go on only while the stored version is this one (RFC 9110, 13.1.1). */
                "If-Match"?: string;
            };
            path: {
                integration: string;
                connection: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "metadata": {
                 *         "sync": "hourly"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ConnectionPatch"];
            };
        };
        responses: {
            /** @description A connection, without its credential. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    oauth_authorize_connection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                integration: string;
                connection: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["Request"];
            };
        };
        responses: {
            /** @description Where the account's owner goes, and what the provider has to know. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Authorization"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    transfers_export_connection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                integration: string;
                connection: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "key": "c2l4dGVlbi1ieXRlcy1vZi1hLWtleS10d2ljZS1vdmU="
                 *     }
                 */
                "application/json": components["schemas"]["Export"];
            };
        };
        responses: {
            /** @description A credential on its way into a backup. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exported"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    transfers_import_connection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                integration: string;
                connection: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "key": "c2l4dGVlbi1ieXRlcy1vZi1hLWtleS10d2ljZS1vdmU=",
                 *       "sealed": "AY…"
                 *     }
                 */
                "application/json": components["schemas"]["ConnectionImport"];
            };
        };
        responses: {
            /** @description A connection, without its credential. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            424: components["responses"]["Problem424"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            502: components["responses"]["Problem502"];
            503: components["responses"]["Problem503"];
        };
    };
    oauth_reconnect: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                integration: string;
                connection: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["Request"];
            };
        };
        responses: {
            /** @description Where the account's owner goes, and what the provider has to know. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Authorization"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    connections_refresh_now: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                integration: string;
                connection: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A connection, without its credential. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            502: components["responses"]["Problem502"];
            503: components["responses"]["Problem503"];
        };
    };
    connections_test: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                integration: string;
                connection: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["Trial"];
            };
        };
        responses: {
            /** @description What the verification call showed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Verdict"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    health_alive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The process, or its store, is well. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            413: components["responses"]["Problem413"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    health_ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The process, or its store, is well. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            413: components["responses"]["Problem413"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    integrations_page: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                q?: string;
                tag?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of integrations. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Integrations"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    integrations_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "helpdesk",
                 *       "base_url": "https://api.helpdesk.example/v2",
                 *       "auth": {
                 *         "type": "api_key",
                 *         "in": "header",
                 *         "name": "X-Api-Key"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["IntegrationFacts"];
            };
        };
        responses: {
            /** @description An integration as it is stored. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Integration"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    integrations_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                integration: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An integration as it is stored. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Integration"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    integrations_delete: {
        parameters: {
            query?: never;
            header?: {
                /** @description Go on only while the stored version is this one (RFC 9110, 13.1.1). */
                "If-Match"?: string;
            };
            path: {
                integration: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    integrations_patch: {
        parameters: {
            query?: never;
            header?: {
                /** @description Go on only while the stored version is this one (RFC 9110, 13.1.1). */
                "If-Match"?: string;
            };
            path: {
                integration: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "policy": {
                 *         "output": "strict"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["IntegrationPatch"];
            };
        };
        responses: {
            /** @description An integration as it is stored. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Integration"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    clients_page: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                integration: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All clients of an integration. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthClients"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    clients_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                integration: string;
                client: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A registration with a provider, without its secret. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthClient"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    clients_put: {
        parameters: {
            query?: never;
            header?: {
                /** @description Go on only while the stored version is this one (RFC 9110, 13.1.1). */
                "If-Match"?: string;
            };
            path: {
                integration: string;
                client: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "client_id": "1034",
                 *       "client_secret": "the-secret"
                 *     }
                 */
                "application/json": components["schemas"]["NewClient"];
            };
        };
        responses: {
            /** @description A registration with a provider, without its secret. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthClient"];
                };
            };
            /** @description A registration with a provider, without its secret. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthClient"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    clients_delete: {
        parameters: {
            query?: {
                force?: boolean;
            };
            header?: {
                /** @description Go on only while the stored version is this one (RFC 9110, 13.1.1). */
                "If-Match"?: string;
            };
            path: {
                integration: string;
                client: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    transfers_export_client: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                integration: string;
                client: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "key": "c2l4dGVlbi1ieXRlcy1vZi1hLWtleS10d2ljZS1vdmU="
                 *     }
                 */
                "application/json": components["schemas"]["Export"];
            };
        };
        responses: {
            /** @description A credential on its way into a backup. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exported"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    transfers_import_client: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                integration: string;
                client: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "key": "c2l4dGVlbi1ieXRlcy1vZi1hLWtleS10d2ljZS1vdmU=",
                 *       "sealed": "AY…"
                 *     }
                 */
                "application/json": components["schemas"]["Import"];
            };
        };
        responses: {
            /** @description A registration with a provider, without its secret. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthClient"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    integration_health_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                integration: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What stands between a caller and the upstream at this moment. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IntegrationHealth"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    exports_openapi: {
        parameters: {
            query?: {
                of?: "gateway" | "upstream";
            };
            header?: never;
            path: {
                integration: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A document of another format. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnyDocument"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    exports_pack: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                integration: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A document of another format. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnyDocument"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    integration_health_reset_breaker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                integration: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What stands between a caller and the upstream at this moment. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IntegrationHealth"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    invocations_page: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                integration?: string;
                action?: string;
                connection?: string;
                status?: number;
                code?: string;
                since?: string;
                until?: string;
                outcome?: "succeeded" | "failed" | "unknown";
                idempotency_key?: string;
                idempotency_hash?: string;
                key_id?: string;
                replay_of?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the log, the latest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invocations"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    invocations_refill: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "since": "2026-03-01T00:00:00Z",
                 *       "until": "2026-03-01T06:00:00Z"
                 *     }
                 */
                "application/json": components["schemas"]["Stretch"];
            };
        };
        responses: {
            /** @description How much of the log was read again. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backfilled"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    invocations_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                request: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A record of the log, with its bodies where they were recorded. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedInvocation"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    invocations_replay: {
        parameters: {
            query?: never;
            header?: {
                /** @description Seconds that the caller allows; at most 25. */
                "Waygate-Timeout"?: number;
                /** @description Lets a write be repeated safely: the same key and input get the same answer. */
                "Idempotency-Key"?: string;
                /** @description `raw`: the upstream's status, content type and bytes instead of the envelope. */
                "Waygate-Response"?: "envelope" | "raw";
            };
            path: {
                request: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `data` is what the upstream's body says. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvocationResult"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            424: components["responses"]["Problem424"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            502: components["responses"]["Problem502"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    keyring_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far the rotation of a workspace's keyring is; `none` where there was none lately. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rotation"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    keyring_rotate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far the rotation of a workspace's keyring is; `none` where there was none lately. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rotation"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    keys_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key behind the request. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            401: components["responses"]["Problem401"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    oauth_callback: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page for people */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": unknown;
                };
            };
            /** @description On to `Location` */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A page for people */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": unknown;
                };
            };
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    oauth_start: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                flow: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description On to `Location` */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A page for people */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": unknown;
                };
            };
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    openapi_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A document of another format. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnyDocument"];
                };
            };
            413: components["responses"]["Problem413"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    scrape_jobs_page: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                integration?: string;
                status?: "queued" | "running" | "needs_review" | "published" | "failed" | "cancelled";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of jobs, the latest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Jobs"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    scrape_jobs_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "integration": "shop",
                 *       "source": {
                 *         "url": "https://docs.shop.example/openapi.json"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["NewJob"];
            };
        };
        responses: {
            /** @description A scrape job. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    scrape_jobs_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                job: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A scrape job, with what was read of a site; `coverage` is null for a description. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WholeJob"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    scrape_jobs_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                job: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A scrape job. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    scrape_jobs_draft: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                state?: "proposed" | "accepted" | "rejected";
                change?: "added" | "changed" | "same";
                min_confidence?: number;
                max_confidence?: number;
                warning?: string;
                q?: string;
            };
            header?: never;
            path: {
                job: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a job has read; a page of its actions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Draft"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    scrape_jobs_decide_all: {
        parameters: {
            query?: {
                state?: "proposed" | "accepted" | "rejected";
                change?: "added" | "changed" | "same";
                min_confidence?: number;
                max_confidence?: number;
                warning?: string;
                q?: string;
            };
            header?: never;
            path: {
                job: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "state": "accepted"
                 *     }
                 */
                "application/json": components["schemas"]["Verdicts"];
            };
        };
        responses: {
            /** @description What became of verdicts on many actions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Decided"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    scrape_jobs_draft_action: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                job: string;
                action: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An action of a draft, whole. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DraftAction"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    scrape_jobs_decide: {
        parameters: {
            query?: never;
            header?: {
                /** @description Go on only while the stored version is this one (RFC 9110, 13.1.1). */
                "If-Match"?: string;
            };
            path: {
                job: string;
                action: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "state": "accepted"
                 *     }
                 */
                "application/json": components["schemas"]["Decision"];
            };
        };
        responses: {
            /** @description An action of a draft, whole. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DraftAction"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    scrape_jobs_publish: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                job: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "accept": "all",
                 *       "min_confidence": 0.8
                 *     }
                 */
                "application/json": components["schemas"]["Publication-Input"];
            };
        };
        responses: {
            /** @description What was published: names of actions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Publication-Output"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    tags_page: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tags. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tags"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    tags_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tag: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How many things were changed; `remaining` above 0 asks for the same call again. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TagChange"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    tags_rename: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tag: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "billing"
                 *     }
                 */
                "application/json": components["schemas"]["Renaming"];
            };
        };
        responses: {
            /** @description How many things were changed; `remaining` above 0 asks for the same call again. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TagChange"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    uploads_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": unknown;
            };
        };
        responses: {
            /** @description A kept file. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    usage_get: {
        parameters: {
            query?: {
                integration?: string;
                action?: string;
                since?: string;
                until?: string;
                bucket?: "hour" | "day";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Usage within whole hours or days, in UTC. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageReport"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    workspaces_page: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All workspaces. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workspaces"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    workspaces_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "sandbox"
                 *     }
                 */
                "application/json": components["schemas"]["NewWorkspace"];
            };
        };
        responses: {
            /** @description A new workspace, with its first key. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedWorkspace"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    workspaces_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A workspace. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workspace"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    workspaces_delete: {
        parameters: {
            query?: {
                confirm?: string;
            };
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
}
