#pragma once

#include <string_view>

namespace gatehouse::api {

/// The page for a person who opens the service's address in a browser: what this service is, and where to read on.
/// Plain HTML with its own styles, in light and dark.
inline constexpr std::string_view front_page = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Gatehouse</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 15vh auto; padding: 0 1.5rem }
h1 { font-size: 1.75rem; margin: 0 }
dl { display: grid; grid-template-columns: max-content auto; gap: .25rem 1.5rem }
dt { font-weight: 600 }
dd { margin: 0 }
a { color: light-dark(#0b57d0, #a8c7fa) }
</style>
</head>
<body>
<main>
<h1>Gatehouse</h1>
<p>This is an authentication service: users, sessions, tokens. Programs talk to it; there is no login page here.</p>
<dl>
<dt>Reference</dt><dd><a href="/openapi.yaml">openapi.yaml</a>, every call and answer</dd>
<dt>Health</dt><dd><a href="/health">health</a>, whether the service can do its work</dd>
</dl>
</main>
</body>
</html>
)";

}  // namespace gatehouse::api
