<CHANNEL HREF="http://cdf.example/"><TITLE>Channel Definition</TITLE>
<ITEM HREF="http://cdf.example/1" LASTMOD="2003-01-01T10:00:00Z"><TITLE>One</TITLE><ABSTRACT>First</ABSTRACT></ITEM></CHANNEL>
