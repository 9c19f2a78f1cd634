import { init } from "./redoc.js";

init("openapi.json", { disableTelemetry: true, router: "hash" }, document.getElementById("reference"));
