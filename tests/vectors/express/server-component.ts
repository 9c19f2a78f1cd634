export async function getServerSession() {
const sessionCookie = cookies().get('session');
if (!sessionCookie) return null;
const response = await fetch(`${process.env.API_URL}/user-auth/verify-session`, {
method: 'POST',
headers: {
'Content-Type': 'application/json',
'X-API-Key': process.env.API_KEY!
},
body: JSON.stringify({ session: sessionCookie.value })
});
return response.ok ? response.json() : null;
}
