class AuthService {
constructor(apiUrl, apiKey) {
this.apiUrl = apiUrl;
this.apiKey = apiKey;
this.headers = {
'Content-Type': 'application/json',
'X-API-Key': apiKey
};
}
async login(email, password) {
const response = await fetch(`${this.apiUrl}/user-auth`, {
method: 'POST',
headers: this.headers,
body: JSON.stringify({ email, password })
});
if (!response.ok) {
throw new Error('Login failed');
}
const data = await response.json();
// Store session in secure HTTP-only cookie or local storage
return data;
}
async verifySession(session) {
const response = await fetch(`${this.apiUrl}/user-auth/verify-session`, {
method: 'POST',
headers: this.headers,
body: JSON.stringify({ session })
});
return response.ok ? await response.json() : null;
}
async logout(session) {
await fetch(`${this.apiUrl}/user-auth/logout`, {
method: 'POST',
headers: this.headers,
body: JSON.stringify({ session })
});
}
}
