// What the compiler knows of the package in an application of CommonJS.
import gatehouse = require("@gatehouse/client");

const client: gatehouse.Client = gatehouse.createClient({ url: "http://gatehouse.test", apiKey: "key" });

export const user: Promise<gatehouse.User | null> = client.users.find("ada@example.com");
