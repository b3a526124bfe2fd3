package main

// accessLooks visits the screens about what programs may do: roles, how a token is used, and the API.
func accessLooks(s *stage) {
	w := s.as("Mara Lindqvist")
	organization := w.organization()
	w.open(organization + "/roles")
	w.inspect("roles")
	w.click("tbody tr:first-child summary")
	w.inspect("roles, permissions")
	w.open(w.dataPlatform() + "/tokens")
	w.dialog(w.editButton("ci-deploy"))
	w.inspect("edit token, with its uses")
	w.click(`.dlg-section a[href*="/use"]`)
	w.until(`$("h1").innerText.startsWith("Use ")`)
	w.inspect("token use")
	w.open("/docs/api")
	w.click("#CreateApiToken ~ details summary")
	w.inspect("API")
}
