// Written against the types that openapi-typescript makes of GET /integrations/shop/openapi.json.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

declare const process: { env: Record<string, string | undefined> };

const client = createClient<paths>({
  baseUrl: process.env.WAYGATE_URL ?? "",
  headers: { Authorization: `Bearer ${process.env.WAYGATE_KEY}` },
});

const read = await client.POST("/actions/shop/get-pet", { body: { pet_id: 1 } });
if (read.error) throw new Error(read.error.detail);
const name: string | undefined = read.data.data.name;
const action: string = read.data.meta.action;

const made = await client.POST("/actions/shop/create-pet", {
  params: { header: { "Waygate-Connection": "default", "Waygate-Timeout": 20 } },
  body: { name: "Typed" },
});
if (made.error) throw new Error(made.error.detail);

// @ts-expect-error: an action that there is not
client.POST("/actions/shop/no-such-action", {});
// @ts-expect-error: an input of the wrong type
const wrong = await client.POST("/actions/shop/get-pet", { body: { pet_id: "one" } });
const code: string | undefined = wrong.error?.code;

console.log(JSON.stringify({ name, action, made: made.data.data.name, code, status: wrong.response.status }));
