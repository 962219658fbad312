"""What people in the made-up world work with: titles, skills, duties, employers. Hand-written, EN and SV.

Data only. Titles are (English, Swedish); a duty is (English, Swedish) with ``{skill}`` for one of the
person's skills.
"""

from __future__ import annotations

from dataclasses import dataclass

Pair = tuple[str, str]


@dataclass(frozen=True)
class Trade:
    key: str
    titles: tuple[Pair, ...]
    """From junior to lead."""
    skills: tuple[str, ...]
    duties: tuple[Pair, ...]
    degree: Pair
    employers: tuple[str, ...]
    department: str


TRADES: tuple[Trade, ...] = (
    Trade(
        "backend",
        (("Junior Backend Developer", "Junior backendutvecklare"), ("Backend Developer", "Backendutvecklare"),
         ("Senior Backend Developer", "Senior backendutvecklare"), ("Tech Lead", "Tech lead")),
        ("Python", "Java", "Go", "C#", ".NET", "PostgreSQL", "Kubernetes", "Docker", "Kafka", "AWS", "Django", "Redis"),
        (("Built and ran services in {skill} for payments and orders.", "Byggde och drev tjänster i {skill} för betalningar och order."),
         ("Cut response times by half after moving to {skill}.", "Halverade svarstiderna efter flytten till {skill}."),
         ("Reviewed code and mentored two colleagues in {skill}.", "Granskade kod och handledde två kollegor i {skill}.")),
        ("MSc in Computer Science", "Civilingenjör i datateknik"),
        ("Fjordbyte AB", "Nordkod AB", "Lindby Systems", "Paylark", "Kvarnsten Software"), "Engineering",
    ),
    Trade(
        "frontend",
        (("Frontend Developer", "Frontendutvecklare"), ("Senior Frontend Developer", "Senior frontendutvecklare"),
         ("Frontend Lead", "Frontendansvarig")),
        ("JavaScript", "TypeScript", "React", "Vue.js", "Node.js", "CSS", "GraphQL", "Figma", "Accessibility", "Webpack"),
        (("Rebuilt the customer portal in {skill}.", "Byggde om kundportalen i {skill}."),
         ("Owned the design system and its components in {skill}.", "Ansvarade för designsystemet och dess komponenter i {skill}.")),
        ("BSc in Informatics", "Kandidatexamen i informatik"),
        ("Pixelbruket AB", "Nordkod AB", "Havsvind Digital", "Paylark"), "Engineering",
    ),
    Trade(
        "data",
        (("Data Analyst", "Dataanalytiker"), ("Data Engineer", "Dataingenjör"), ("Senior Data Engineer", "Senior dataingenjör"),
         ("Data Scientist", "Data scientist")),
        ("SQL", "Python", "Spark", "Airflow", "dbt", "Snowflake", "Power BI", "Tableau", "R", "Machine learning", "Kafka"),
        (("Moved nightly batches to streaming with {skill}.", "Flyttade nattliga körningar till strömmar med {skill}."),
         ("Built dashboards and models in {skill} for the sales team.", "Byggde rapporter och modeller i {skill} åt säljteamet.")),
        ("MSc in Statistics", "Masterexamen i statistik"),
        ("Lindby Systems", "Åkerdata AB", "Skogsbanken", "Norrtele"), "Data",
    ),
    Trade(
        "nurse",
        (("Registered Nurse", "Sjuksköterska"), ("Specialist Nurse", "Specialistsjuksköterska"), ("Head Nurse", "Avdelningschef")),
        ("Intensive care", "Triage", "Medication administration", "Wound care", "Patient records", "Palliative care", "CPR", "Geriatric care"),
        (("Cared for patients on a ward of 24 beds, with {skill}.", "Vårdade patienter på en avdelning med 24 platser, med {skill}."),
         ("Trained new staff in {skill}.", "Utbildade ny personal i {skill}.")),
        ("BSc in Nursing", "Sjuksköterskeexamen"),
        ("Västervik Hospital", "Lugnets vårdcentral", "Solbacka Care", "Mälaren University Hospital"), "Care",
    ),
    Trade(
        "assistant-nurse",
        (("Assistant Nurse", "Undersköterska"), ("Care Coordinator", "Vårdsamordnare")),
        ("Elderly care", "Dementia care", "Patient records", "Home care", "Lifting technique", "Medication administration"),
        (("Daily care and {skill} for residents at home.", "Daglig omvårdnad och {skill} för boende i hemmet."),
         ("Kept relatives informed and documented {skill}.", "Höll anhöriga informerade och dokumenterade {skill}.")),
        ("Upper secondary care programme", "Vård- och omsorgsprogrammet"),
        ("Solbacka Care", "Hemvården Ek", "Lugnets vårdcentral"), "Care",
    ),
    Trade(
        "accounting",
        (("Accounting Assistant", "Ekonomiassistent"), ("Accountant", "Redovisningsekonom"), ("Financial Controller", "Controller"),
         ("Chief Financial Officer", "Ekonomichef")),
        ("General ledger", "Month-end closing", "VAT", "Payroll", "IFRS", "SAP", "Excel", "Budgeting", "Accounts payable", "Fortnox"),
        (("Responsible for {skill} in four companies.", "Ansvarig för {skill} i fyra bolag."),
         ("Shortened the closing by three days through better {skill}.", "Kortade bokslutet med tre dagar genom bättre {skill}.")),
        ("BSc in Business Administration", "Kandidatexamen i företagsekonomi"),
        ("Skogsbanken", "Räknestugan AB", "Bergströms Bygg", "Norrtele"), "Finance",
    ),
    Trade(
        "sales",
        (("Sales Representative", "Säljare"), ("Account Manager", "Key account manager"), ("Sales Manager", "Försäljningschef")),
        ("Negotiation", "CRM", "Salesforce", "Prospecting", "B2B sales", "Contract management", "Forecasting", "Lead generation"),
        (("Grew the region's revenue by 30 % with {skill}.", "Ökade regionens omsättning med 30 % genom {skill}."),
         ("Ran {skill} for twelve large customers.", "Drev {skill} mot tolv storkunder.")),
        ("Diploma in Marketing", "Yrkeshögskoleexamen i marknadsföring"),
        ("Norrtele", "Havsvind Digital", "Trekronor Kontor", "Paylark"), "Sales",
    ),
    Trade(
        "hr",
        (("HR Coordinator", "HR-koordinator"), ("HR Generalist", "HR-generalist"), ("Recruiter", "Rekryterare"), ("HR Manager", "HR-chef")),
        ("Recruitment", "Labour law", "Onboarding", "Payroll", "Employer branding", "Workday", "Interviewing", "Conflict resolution"),
        (("Led {skill} for 400 employees.", "Ledde {skill} för 400 medarbetare."),
         ("Introduced a new way of {skill}.", "Införde ett nytt arbetssätt för {skill}.")),
        ("BSc in Human Resources", "Kandidatexamen i personalvetenskap"),
        ("Trekronor Kontor", "Skogsbanken", "Norrtele"), "People",
    ),
    Trade(
        "teacher",
        (("Primary School Teacher", "Grundskollärare"), ("Secondary School Teacher", "Gymnasielärare"), ("Principal", "Rektor")),
        ("Mathematics", "Curriculum development", "Special education", "Classroom management", "Assessment", "Swedish as a second language"),
        (("Taught classes of 25 pupils, with a focus on {skill}.", "Undervisade klasser om 25 elever, med inriktning på {skill}."),
         ("Led the working group on {skill}.", "Ledde arbetslaget för {skill}.")),
        ("Degree in Primary Education", "Lärarexamen"),
        ("Björkskolan", "Havregårdens skola", "Östra gymnasiet"), "Education",
    ),
    Trade(
        "construction",
        (("Carpenter", "Snickare"), ("Site Supervisor", "Arbetsledare"), ("Site Manager", "Platschef"), ("Project Manager", "Projektledare")),
        ("AutoCAD", "Scaffolding", "Work environment", "Cost estimation", "Scheduling", "Concrete work", "Procurement", "Quality inspection"),
        (("Ran building sites worth 90 million with {skill}.", "Drev byggen värda 90 miljoner med {skill}."),
         ("Planned {skill} with subcontractors.", "Planerade {skill} med underentreprenörer.")),
        ("BSc in Civil Engineering", "Högskoleingenjör i byggteknik"),
        ("Bergströms Bygg", "Nordpelaren AB", "Stenhus Entreprenad"), "Construction",
    ),
    Trade(
        "chef",
        (("Cook", "Kock"), ("Sous Chef", "Souschef"), ("Head Chef", "Köksmästare")),
        ("Menu planning", "Food safety", "Purchasing", "Pastry", "Grill", "Staff scheduling"),
        (("Cooked for 120 guests an evening and owned {skill}.", "Lagade mat för 120 gäster per kväll och ansvarade för {skill}."),
         ("Lowered waste by a fifth through {skill}.", "Minskade svinnet med en femtedel genom {skill}.")),
        ("Restaurant and food programme", "Restaurang- och livsmedelsprogrammet"),
        ("Krogen Lotsen", "Matsalen Norr", "Hotell Skeppsbron"), "Kitchen",
    ),
    Trade(
        "logistics",
        (("Warehouse Worker", "Lagerarbetare"), ("Forklift Driver", "Truckförare"), ("Logistics Manager", "Logistikchef")),
        ("Forklift", "Inventory management", "SAP", "Supply chain", "Route planning", "Lean", "Goods receiving"),
        (("Handled 300 pallets a day with {skill}.", "Hanterade 300 pallar om dagen med {skill}."),
         ("Improved accuracy of {skill} to 99.6 %.", "Höjde precisionen i {skill} till 99,6 %.")),
        ("Transport programme", "Fordons- och transportprogrammet"),
        ("Godshamnen AB", "Norrfrakt", "Trekronor Kontor"), "Operations",
    ),
    Trade(
        "marketing",
        (("Marketing Coordinator", "Marknadskoordinator"), ("Digital Marketing Specialist", "Digital marknadsförare"),
         ("Marketing Manager", "Marknadschef")),
        ("SEO", "Google Analytics", "Content marketing", "Social media", "Adobe Photoshop", "Email marketing", "Copywriting"),
        (("Doubled organic traffic with {skill}.", "Fördubblade den organiska trafiken med {skill}."),
         ("Planned campaigns and {skill} in three countries.", "Planerade kampanjer och {skill} i tre länder.")),
        ("BSc in Media and Communication", "Kandidatexamen i medie- och kommunikationsvetenskap"),
        ("Pixelbruket AB", "Havsvind Digital", "Hotell Skeppsbron"), "Marketing",
    ),
    Trade(
        "electrician",
        (("Electrician", "Elektriker"), ("Service Technician", "Servicetekniker"), ("Electrical Engineer", "Elkonstruktör")),
        ("PLC", "Electrical installation", "Troubleshooting", "AutoCAD", "Preventive maintenance", "Solar panels"),
        (("Installed and tested plants, with {skill}.", "Installerade och provade anläggningar, med {skill}."),
         ("On call for {skill} at process industries.", "Hade jour för {skill} i processindustrin.")),
        ("Electrical programme", "El- och energiprogrammet"),
        ("Stenhus Entreprenad", "Elkraft i Norr", "Nordpelaren AB"), "Service",
    ),
)  # fmt: skip
